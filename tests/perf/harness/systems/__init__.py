# SPDX-License-Identifier: Apache-2.0
"""The systems under test and the guest side, behind one small interface (base.py)."""

from .base import Port, Setup, System
from .generator import Edge, Generator, Silent
from .heddled import Heddled
from .ovs import Ovs
from .testpmd import Testpmd

__all__ = ["Edge", "Generator", "Heddled", "Ovs", "Port", "Setup", "Silent", "System", "Testpmd"]
