"""dynateach: learn DynamoDB, and the data services around it, by running them."""

from dynateach.errors import DynateachError, LabError, ServiceError
from dynateach.grading.check import check, hint, picture
from dynateach.lab import Lab
from dynateach.profile import CLASSROOM, IDEAL, REALISTIC, Profile

__version__ = "0.1.0"

__all__ = [
    "CLASSROOM",
    "IDEAL",
    "REALISTIC",
    "DynateachError",
    "Lab",
    "LabError",
    "Profile",
    "ServiceError",
    "check",
    "hint",
    "picture",
]
