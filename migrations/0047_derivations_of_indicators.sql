-- How the service comes to the value of an indicator itself: a declaration that is checked when its form is posted. null: it
-- is reported by hand.
alter table indicators add column derivation jsonb;

-- What the service can count of the form that every database is set up with.
update indicators set derivation = derivations.derivation::jsonb
from (values
  ('3.1.1', '{"op": "procedures", "counts": ["new"]}'),
  ('3.1.2', '{"op": "procedures", "counts": ["replaced", "repealed"]}'),
  ('3.1.3', '{"op": "procedures", "counts": ["in_force"]}'),
  ('3.1.3.a', '{"op": "procedures", "counts": ["in_force"], "level": ["province"]}'),
  ('3.1.3.b', '{"op": "procedures", "counts": ["in_force"], "level": ["district"]}'),
  ('3.1.3.c', '{"op": "procedures", "counts": ["in_force"], "level": ["commune"]}'),
  ('3.2.1', '{"op": "procedures", "counts": ["in_force"], "on_national_portal": true}'),
  ('3.2.2', '{"op": "procedures", "counts": ["in_force"], "on_national_portal": true, "online_service_level": ["3", "4"]}'),
  ('3.3.1', '{"op": "procedures", "counts": ["in_force"], "interlinked": ["same_level"]}'),
  ('3.3.2', '{"op": "procedures", "counts": ["in_force"], "interlinked": ["cross_level"]}'),
  ('3.3.3', '{"op": "formula", "inputs": {"part": {"op": "procedures", "counts": ["in_force"], "internal_process_approved": true}, "whole": {"op": "procedures", "counts": ["in_force"]}}, "formula": {"op": "percent", "of": {"op": "ratio", "denominator": {"op": "input", "name": "whole"}, "numerator": {"op": "input", "name": "part"}}}}'),
  ('3.3.4', '{"op": "formula", "inputs": {"part": {"op": "procedures", "counts": ["in_force"], "internal_process_approved": true, "internal_process_electronic": true}, "whole": {"op": "procedures", "counts": ["in_force"], "internal_process_approved": true}}, "formula": {"op": "percent", "of": {"op": "ratio", "denominator": {"op": "input", "name": "whole"}, "numerator": {"op": "input", "name": "part"}}}}'),
  ('3.4.1', '{"op": "on_time", "level": ["province"], "method": "resolved"}'),
  ('3.4.2', '{"op": "on_time", "level": ["district"], "method": "resolved"}'),
  ('3.4.3', '{"op": "on_time", "level": ["commune"], "method": "resolved"}'),
  ('3.4.4', '{"op": "on_time", "field": ["land"], "method": "resolved"}'),
  ('3.4.5', '{"op": "on_time", "field": ["construction"], "method": "resolved"}'),
  ('3.5.2', '{"op": "procedures", "counts": ["in_force"], "online_service_level": ["3", "4"]}'),
  ('3.5.3', '{"op": "procedures", "counts": ["in_force"], "payment_integrated": true}'),
  ('4.1.4', '{"op": "formula", "inputs": {"departments": {"op": "indicator", "indicator": "4.1.4.b"}, "districts": {"op": "indicator", "indicator": "4.1.4.c"}, "province": {"op": "indicator", "indicator": "4.1.4.a"}}, "formula": {"op": "sum", "of": [{"op": "input", "name": "province"}, {"op": "input", "name": "departments"}, {"op": "input", "name": "districts"}]}}'),
  ('4.1.4.b', '{"op": "units", "level": ["province"], "rule": "sum"}'),
  ('4.1.4.c', '{"op": "units", "level": ["district"], "rule": "sum"}'),
  ('5.3.3', '{"op": "units", "level": ["province"], "rule": "sum"}'),
  ('5.3.4', '{"op": "units", "level": ["district"], "rule": "sum"}'),
  ('7.8.1', '{"op": "procedures", "counts": ["in_force"], "online_service_level": ["3"]}'),
  ('7.8.2', '{"op": "procedures", "counts": ["in_force"], "online_service_level": ["4"]}'),
  ('7.8.3', '{"op": "formula", "inputs": {"direct": {"op": "dossiers", "basis": "records", "measure": "received_direct", "online_service_level": ["3"]}, "online": {"op": "dossiers", "basis": "records", "measure": "received_online", "online_service_level": ["3"]}}, "formula": {"op": "percent", "of": {"op": "ratio", "denominator": {"op": "sum", "of": [{"op": "input", "name": "online"}, {"op": "input", "name": "direct"}]}, "numerator": {"op": "input", "name": "online"}}}}'),
  ('7.8.4', '{"op": "formula", "inputs": {"direct": {"op": "dossiers", "basis": "records", "measure": "received_direct", "online_service_level": ["4"]}, "online": {"op": "dossiers", "basis": "records", "measure": "received_online", "online_service_level": ["4"]}}, "formula": {"op": "percent", "of": {"op": "ratio", "denominator": {"op": "sum", "of": [{"op": "input", "name": "online"}, {"op": "input", "name": "direct"}]}, "numerator": {"op": "input", "name": "online"}}}}')
) as derivations (code, derivation)
where indicators.form = 'cchc-2021' and indicators.code = derivations.code;
