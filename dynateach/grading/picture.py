"""A failed check as a film: what the smallest counter-example did, request by request."""

from typing import TYPE_CHECKING

from dynateach.grading.examine import Finding

if TYPE_CHECKING:
    from dynateach.drawing.film import Film


def draw(finding: Finding) -> "Film | None":
    """The case that an answer failed, or None if nothing in it asked DynamoDB for anything."""
    from dynateach.topics.parts.any_trace import film

    fault = finding.fault
    owner = {number: reply.step.answer for reply in finding.replies for number in reply.requests}
    if not finding.drawable:
        return None
    shown = finding.replies[fault.step].events if fault.trace is None else fault.trace
    caption = " ".join(part for part in (f"Expected: {fault.expected}.", fault.why) if part)
    return film(finding.events, owner, {event.request for event in shown}, fault.what, caption)
