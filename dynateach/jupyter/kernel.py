"""The one kernel that a lesson may run in: this Python, which has dynateach."""

from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from traitlets import default


class OwnKernelSpecs(KernelSpecManager):
    """Offers ``python3`` alone, and always as the interpreter that runs this process.

    Jupyter by itself prefers a ``python3`` that some other program may have registered in the user's home.
    """

    @default("kernel_dirs")
    def _no_registered_kernels(self) -> list[str]:
        return []


class OwnKernelManager(AsyncKernelManager):
    """Starts that kernel, for whoever runs a notebook without a server."""

    @default("transport_encryption")
    def _encrypt_if_possible(self) -> str:
        return "auto"  # otherwise the kernel warns the learner of eavesdroppers

    @default("kernel_spec_manager")
    def _own_kernel_specs(self) -> OwnKernelSpecs:
        return OwnKernelSpecs(parent=self)
