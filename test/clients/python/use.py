import io
import json
import os

from generated import AuthenticatedClient
from generated.api.catalogue import list_units
from generated.api.dossiers import import_dossiers
from generated.api.statistics import post_dossier_statistics
from generated.models import (
    DossierAnswer,
    DossierStatisticsAnswer,
    DossierStatisticsItem,
    ListUnitsResponse200,
    PostDossierStatisticsBody,
)
from generated.types import File

client = AuthenticatedClient(base_url=os.environ["BASE_URL"], token=os.environ["KEY"])

units = list_units.sync(client=client, level=["district"], limit=2)
assert isinstance(units, ListUnitsResponse200), units
assert [unit.level for unit in units.items] == ["district", "district"]

row = DossierStatisticsItem(
    unit="H56-380", period="2021-Q4", source="one-stop", field="land", received_online=120, received_direct=800,
    carried_over=80, resolved_in_time=900, resolved_overdue=20, pending_overdue=5,
)
posted = post_dossier_statistics.sync(client=client, body=PostDossierStatisticsBody(items=[row]))
assert isinstance(posted, DossierStatisticsAnswer), posted
assert posted.received == 1

dossier = {
    "code": "client-0", "unit": "H56-380", "procedure": "1.001612", "channel": "online",
    "received_at": "2021-05-31T08:00:00+07:00", "updated_at": "2021-05-31T08:05:00+07:00",
}
lines = "".join(json.dumps({**dossier, "status": status}) + "\n" for status in [4, "unknown-status"])
streamed = import_dossiers.sync(client=client, source="one-stop", body=File(payload=io.BytesIO(lines.encode())))
assert isinstance(streamed, DossierAnswer), streamed
assert streamed.received == 2 and streamed.errors[0].line == 2
