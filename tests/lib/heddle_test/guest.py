# SPDX-License-Identifier: Apache-2.0
"""Linux guests under QEMU, by the scripts of tests/guests."""
import os
import subprocess

from .case import PATIENCE, Failure, run, wait_for
from .switch import BUILD, ROOT

TOOLS = os.path.join(ROOT, "tests/guests")


def ready_image():
    """The guest image, made when it is not there or older than what it is made of."""
    image = os.path.join(BUILD, "guest-image")
    run([os.path.join(TOOLS, "make-guest-image"), image])
    return image


class Guest:
    """A guest on a vhost-user socket; started by start(), several at once by Guest.boot()."""

    def __init__(self, case, name, sock, ip, mac=None, **options):
        self.case, self.name, self.sock, self.ip = case, name, sock, ip
        self.mac = mac or f"52:54:00:00:01:{int(ip.split('.')[-1]):02x}"
        self.options = options
        self.env = dict(os.environ, GUEST_STATE=case.path("g"), GUEST_IMAGE=ready_image())
        # Found out once a machine, not once a test.
        if "GUEST_ACCEL" not in os.environ:
            os.environ["GUEST_ACCEL"] = self.env["GUEST_ACCEL"] = run(
                [os.path.join(TOOLS, "guest-accel")], env=self.env).stdout.strip()
        self.booting = None
        case.defer(self.stop)

    def begin(self):
        argv = [os.path.join(TOOLS, "run-guest"), self.name, "--sock", self.sock, "--mac", self.mac,
                "--ip", f"{self.ip}/24"]
        for key, value in self.options.items():
            argv += [f"--{key.replace('_', '-')}"] + ([] if value is True else [str(value)])
        self.booting = subprocess.Popen(argv, env=self.env, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT, text=True, start_new_session=True)

    def up(self):
        output, _ = self.booting.communicate(timeout=200 * PATIENCE)
        if self.booting.returncode:
            raise Failure(f"guest {self.name} did not boot: {output[-1500:]}")
        return self

    def start(self):
        self.begin()
        return self.up()

    @staticmethod
    def boot(*guests):
        for guest in guests:
            guest.begin()
        for guest in guests:
            guest.up()

    def stop(self):
        if self.booting and self.booting.poll() is None:
            self.booting.kill()
            self.booting.wait()
        run([os.path.join(TOOLS, "stop-guest"), self.name], env=self.env, ok=False)

    def kill(self):
        """Power cut: QEMU dies at once."""
        with open(self.case.path(f"g/{self.name}/pid")) as f:
            pid = int(f.read())
        os.kill(pid, 9)
        wait_for(f"QEMU of {self.name} is gone", lambda: not os.path.exists(f"/proc/{pid}") or
                 " Z " in open(f"/proc/{pid}/stat").read())

    def run(self, command, ok=True, timeout=60, data=None):
        """A shell command in the guest: CompletedProcess."""
        if data is not None:
            command = f"base64 -d <<'END' | {command}\n{data}\nEND"
        done = run([os.path.join(TOOLS, "guest-exec"), "-t", str(int(timeout * PATIENCE)), self.name, command],
                   env=self.env, ok=False, timeout=timeout + 40)
        if ok and done.returncode:
            raise Failure(f"guest {self.name}: {command[:200]}: status {done.returncode}: {(done.stdout + done.stderr)[-600:]}")
        return done

    def text(self, command, **options):
        return self.run(command, **options).stdout.strip()

    def pings(self, ip, tries=5, options=""):
        return self.run(f"for i in $(seq {tries}); do ping -c 1 -W 2 {options} {ip} && exit 0; done; exit 1",
                        ok=False).returncode == 0

    def must_ping(self, ip, **options):
        options.setdefault("tries", 10)
        if not self.pings(ip, **options):
            raise Failure(f"guest {self.name} does not reach {ip}")

    def must_not_ping(self, ip):
        if self.run(f"ping -c 3 -i 0.3 -W 1 {ip}", ok=False).returncode == 0:
            raise Failure(f"guest {self.name} reaches {ip} and must not")

    def send_frames(self, *frames, count=3, link="eth0"):
        """Sends these frames (bytes) as they are."""
        lines = "\n".join(frame.hex() for frame in frames)
        self.run(f"send-frames {link} {count} <<'END'\n{lines}\nEND")

    def feature(self, bit):
        """Is this virtio feature negotiated?"""
        return self.text("cat /sys/bus/virtio/devices/virtio0/features")[bit] == "1"

    def link_counter(self, name, link="eth0"):
        return int(self.text(f"cat /sys/class/net/{link}/statistics/{name}"))
