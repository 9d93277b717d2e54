"""A stored picture as a browser takes it: what its content says it is, for this reader alone, and never as a page."""

from django.http import Http404, HttpResponse

from scoring.models import IncidentPicture
from scoring.pictures import content_of


def picture_file(found: IncidentPicture) -> HttpResponse:
    """Answer with a picture whose reader has been admitted; raises Http404 when the file is gone."""
    try:
        content = content_of(found)
    except FileNotFoundError:
        raise Http404 from None
    ending = found.content_type.partition("/")[2]
    return HttpResponse(
        content,
        content_type=found.content_type,
        headers={
            "Content-Disposition": f'inline; filename="incident-{found.incident_id}-{found.pk}.{ending}"',
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, no-store",
            "Cross-Origin-Resource-Policy": "same-origin",
        },
    )
