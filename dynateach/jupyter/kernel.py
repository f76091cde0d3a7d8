"""The one kernel that a lesson may run in: this Python, which has dynateach."""

from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from traitlets import default

from dynateach.drawing.kernel import PAGE_HAS_PLOTLY


class OwnKernelSpecs(KernelSpecManager):
    """Offers ``python3`` alone, and always as the interpreter that runs this process.

    Jupyter by itself prefers a ``python3`` that some other program may have registered in the user's home.
    """

    @default("kernel_dirs")
    def _no_registered_kernels(self) -> list[str]:
        return []


class ReadyKernelSpecs(OwnKernelSpecs):
    """The same for a server's learners, who read before they run: the kernel makes ready meanwhile (see ``ready``)."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        """How that kernel is started. Raises ``NoSuchKernel`` if there is none of that name."""
        spec = super().get_kernel_spec(kernel_name)
        spec.argv.append("--ext=dynateach.jupyter.ready")
        spec.env[PAGE_HAS_PLOTLY] = "yes"
        return spec


class OwnKernelManager(AsyncKernelManager):
    """Starts that kernel, for whoever runs a notebook without a server."""

    @default("transport_encryption")
    def _encrypt_if_possible(self) -> str:
        return "auto"  # otherwise the kernel warns the learner of eavesdroppers

    @default("kernel_spec_manager")
    def _own_kernel_specs(self) -> OwnKernelSpecs:
        return OwnKernelSpecs(parent=self)
