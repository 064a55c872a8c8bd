# SPDX-License-Identifier: Apache-2.0
"""A CA of a test's own, and the certificates that it signs."""
import os

from .case import run


class Authority:
    """A CA in a folder; its certificate is `ca`."""

    def __init__(self, case, name="ca"):
        self.dir = case.path(name)
        os.makedirs(self.dir)
        self.key, self.ca = self.path("ca.key"), self.path("ca.pem")
        self.openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                     "-days", "10", "-subj", f"/CN={name}", "-keyout", self.key, "-out", self.ca)

    def path(self, name):
        return os.path.join(self.dir, name)

    @staticmethod
    def openssl(*arguments):
        run(["openssl", *arguments])

    def sign(self, name, days=10):
        """(key, certificate) of a new peer; valid for so many days, of the past when negative."""
        key, request, cert = self.path(f"{name}.key"), self.path(f"{name}.csr"), self.path(f"{name}.pem")
        self.openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                     "-subj", f"/CN={name}", "-keyout", key, "-out", request)
        self.openssl("x509", "-req", "-in", request, "-CA", self.ca, "-CAkey", self.key, "-CAcreateserial",
                     "-days", str(days), "-out", cert)
        return key, cert

    def options(self, name, ca=None):
        """The TLS options of heddled, heddle and heddle-controller."""
        key, cert = self.sign(name)
        return ["--tls-key", key, "--tls-cert", cert, "--tls-ca", ca or self.ca]

    def ovs_options(self, name, ca=None):
        """The same for Open vSwitch's programs."""
        key, cert = self.sign(name)
        return [f"--private-key={key}", f"--certificate={cert}", f"--ca-cert={ca or self.ca}"]
