"""Addresses of the app, joined from those of its packages."""

from itertools import chain

from bids.direct import urls as direct
from bids.files import urls as files
from bids.intake import urls as intake
from bids.meetings import urls as meetings
from bids.panel import urls as panel
from bids.ranking import urls as ranking
from bids.sheets import urls as sheets

app_name = "bids"
urlpatterns = list(
    chain.from_iterable(part.urlpatterns for part in (intake, direct, sheets, files, panel, ranking, meetings))
)
