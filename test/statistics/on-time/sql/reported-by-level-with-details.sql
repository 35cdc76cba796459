-- What was reported at each level beside form II.06a?
-- GET /v1/on-time?period=2021-Q3&group_by=level&details=true
select *
from
  (
    with
      counted as (
        select
          statistics_sets.level, dossier_statistics.*,
          (details ->> 'received_online_full')::bigint as "received_online_full",
          (details ->> 'received_online_partial')::bigint as "received_online_partial",
          (details ->> 'received_online_other')::bigint as "received_online_other",
          (details ->> 'received_non_territorial')::bigint as "received_non_territorial",
          (details ->> 'resolved_overdue_with_apology')::bigint as "resolved_overdue_with_apology",
          (details ->> 'resolved_overdue_without_apology')::bigint as "resolved_overdue_without_apology",
          (details ->> 'resolved_withdrawn')::bigint as "resolved_withdrawn",
          (details ->> 'resolved_stopped')::bigint as "resolved_stopped",
          (details ->> 'resolved_with_fee')::bigint as "resolved_with_fee",
          (details ->> 'resolved_paid')::bigint as "resolved_paid",
          (details ->> 'resolved_paid_online')::bigint as "resolved_paid_online",
          (details ->> 'resolved_paid_direct')::bigint as "resolved_paid_direct",
          (details ->> 'resolved_digitised')::bigint as "resolved_digitised",
          (details ->> 'resolved_electronic_result')::bigint as "resolved_electronic_result",
          (details ->> 'resolved_data_reused')::bigint as "resolved_data_reused",
          (details ->> 'cancelled')::bigint as "cancelled",
          (details ->> 'pending_overdue_with_apology')::bigint as "pending_overdue_with_apology",
          (details ->> 'pending_overdue_without_apology')::bigint as "pending_overdue_without_apology",
          (details ->> 'pending_awaiting_supplement')::bigint as "pending_awaiting_supplement",
          (details ->> 'reception_in_time')::bigint as "reception_in_time",
          (details ->> 'reception_overdue')::bigint as "reception_overdue",
          (details ->> 'reception_pending_in_time')::bigint as "reception_pending_in_time",
          (details ->> 'reception_pending_overdue')::bigint as "reception_pending_overdue",
          (details ->> 'not_received')::bigint as "not_received",
          (details ->> 'results_differing')::bigint as "results_differing",
          (details ->> 'receipts_issued')::bigint as "receipts_issued",
          (details ->> 'enterprises_verified')::bigint as "enterprises_verified"
        from
          statistics_sets
          join dossier_statistics using (province_code, period, unit, scope, source)
        where
          province_code = any (array(select id from units where parent is null))
          and period = any ($1)
          and scope = 'own'
          and true
          and true
          and true
          and true
          and true
          and dossier_statistics.counts
      ),
      grouped as (
        select
          "level", "scope", sum("received_online") filter (where true) as "received_online",
          count(*) filter (where true and "received_online" is null) as "received_online_unknown",
          sum("received_direct") filter (where true) as "received_direct",
          count(*) filter (where true and "received_direct" is null) as "received_direct_unknown",
          sum("received_postal") filter (where true) as "received_postal",
          count(*) filter (where true and "received_postal" is null) as "received_postal_unknown",
          sum("carried_over") filter (where true) as "carried_over",
          count(*) filter (where true and "carried_over" is null) as "carried_over_unknown",
          sum("received") filter (where true) as "received",
          count(*) filter (where true and "received" is null) as "received_unknown",
          sum("resolved_early") filter (where true) as "resolved_early",
          count(*) filter (where true and "resolved_early" is null) as "resolved_early_unknown",
          sum("resolved_on_time") filter (where true) as "resolved_on_time",
          count(*) filter (where true and "resolved_on_time" is null) as "resolved_on_time_unknown",
          sum("resolved_in_time") filter (where true) as "resolved_in_time",
          count(*) filter (where true and "resolved_in_time" is null) as "resolved_in_time_unknown",
          sum("resolved_overdue") filter (where true) as "resolved_overdue",
          count(*) filter (where true and "resolved_overdue" is null) as "resolved_overdue_unknown",
          sum("resolved") filter (where true) as "resolved",
          count(*) filter (where true and "resolved" is null) as "resolved_unknown",
          sum("pending_in_time") filter (where true) as "pending_in_time",
          count(*) filter (where true and "pending_in_time" is null) as "pending_in_time_unknown",
          sum("pending_overdue") filter (where true) as "pending_overdue",
          count(*) filter (where true and "pending_overdue" is null) as "pending_overdue_unknown",
          sum("pending") filter (where true) as "pending",
          count(*) filter (where true and "pending" is null) as "pending_unknown",
          sum("received_online_full") filter (where true) as "received_online_full",
          count(*) filter (where true and "received_online_full" is null) as "received_online_full_unknown",
          sum("received_online_partial") filter (where true) as "received_online_partial",
          count(*) filter (
            where
              true
              and "received_online_partial" is null
          ) as "received_online_partial_unknown",
          sum("received_online_other") filter (where true) as "received_online_other",
          count(*) filter (where true and "received_online_other" is null) as "received_online_other_unknown",
          sum("received_non_territorial") filter (where true) as "received_non_territorial",
          count(*) filter (
            where
              true
              and "received_non_territorial" is null
          ) as "received_non_territorial_unknown",
          sum("resolved_overdue_with_apology") filter (where true) as "resolved_overdue_with_apology",
          count(*) filter (
            where
              true
              and "resolved_overdue_with_apology" is null
          ) as "resolved_overdue_with_apology_unknown",
          sum("resolved_overdue_without_apology") filter (where true) as "resolved_overdue_without_apology",
          count(*) filter (
            where
              true
              and "resolved_overdue_without_apology" is null
          ) as "resolved_overdue_without_apology_unknown",
          sum("resolved_withdrawn") filter (where true) as "resolved_withdrawn",
          count(*) filter (where true and "resolved_withdrawn" is null) as "resolved_withdrawn_unknown",
          sum("resolved_stopped") filter (where true) as "resolved_stopped",
          count(*) filter (where true and "resolved_stopped" is null) as "resolved_stopped_unknown",
          sum("resolved_with_fee") filter (where true) as "resolved_with_fee",
          count(*) filter (where true and "resolved_with_fee" is null) as "resolved_with_fee_unknown",
          sum("resolved_paid") filter (where true) as "resolved_paid",
          count(*) filter (where true and "resolved_paid" is null) as "resolved_paid_unknown",
          sum("resolved_paid_online") filter (where true) as "resolved_paid_online",
          count(*) filter (where true and "resolved_paid_online" is null) as "resolved_paid_online_unknown",
          sum("resolved_paid_direct") filter (where true) as "resolved_paid_direct",
          count(*) filter (where true and "resolved_paid_direct" is null) as "resolved_paid_direct_unknown",
          sum("resolved_digitised") filter (where true) as "resolved_digitised",
          count(*) filter (where true and "resolved_digitised" is null) as "resolved_digitised_unknown",
          sum("resolved_electronic_result") filter (where true) as "resolved_electronic_result",
          count(*) filter (
            where
              true
              and "resolved_electronic_result" is null
          ) as "resolved_electronic_result_unknown",
          sum("resolved_data_reused") filter (where true) as "resolved_data_reused",
          count(*) filter (where true and "resolved_data_reused" is null) as "resolved_data_reused_unknown",
          sum("cancelled") filter (where true) as "cancelled",
          count(*) filter (where true and "cancelled" is null) as "cancelled_unknown",
          sum("pending_overdue_with_apology") filter (where true) as "pending_overdue_with_apology",
          count(*) filter (
            where
              true
              and "pending_overdue_with_apology" is null
          ) as "pending_overdue_with_apology_unknown",
          sum("pending_overdue_without_apology") filter (where true) as "pending_overdue_without_apology",
          count(*) filter (
            where
              true
              and "pending_overdue_without_apology" is null
          ) as "pending_overdue_without_apology_unknown",
          sum("pending_awaiting_supplement") filter (where true) as "pending_awaiting_supplement",
          count(*) filter (
            where
              true
              and "pending_awaiting_supplement" is null
          ) as "pending_awaiting_supplement_unknown",
          sum("reception_in_time") filter (where true) as "reception_in_time",
          count(*) filter (where true and "reception_in_time" is null) as "reception_in_time_unknown",
          sum("reception_overdue") filter (where true) as "reception_overdue",
          count(*) filter (where true and "reception_overdue" is null) as "reception_overdue_unknown",
          sum("reception_pending_in_time") filter (where true) as "reception_pending_in_time",
          count(*) filter (
            where
              true
              and "reception_pending_in_time" is null
          ) as "reception_pending_in_time_unknown",
          sum("reception_pending_overdue") filter (where true) as "reception_pending_overdue",
          count(*) filter (
            where
              true
              and "reception_pending_overdue" is null
          ) as "reception_pending_overdue_unknown",
          sum("not_received") filter (where true) as "not_received",
          count(*) filter (where true and "not_received" is null) as "not_received_unknown",
          sum("results_differing") filter (where true) as "results_differing",
          count(*) filter (where true and "results_differing" is null) as "results_differing_unknown",
          sum("receipts_issued") filter (where true) as "receipts_issued",
          count(*) filter (where true and "receipts_issued" is null) as "receipts_issued_unknown",
          sum("enterprises_verified") filter (where true) as "enterprises_verified",
          count(*) filter (where true and "enterprises_verified" is null) as "enterprises_verified_unknown",
          count(distinct "unit") as units_reported, string_agg(distinct source, ' ') as sources,
          false as estimated
        from counted
        group by "level", "scope"
      ),
      picked as (select distinct on ("level") * from grouped order by "level", "scope"),
      expected as (
        select units.level as "level", count(*) as units_expected
        from units
        where
          units.reports_dossiers
          and units.valid_from <= (select ends_on from periods where code = $2)
          and coalesce(units.valid_to, 'infinity') >= (select starts_on from periods where code = $3)
          and true
        group by units.level
      ),
      left_out as (
        select "level", "scope", string_agg(distinct source, ' ') as sources
        from
          (
            select level, dossier_statistics.*
            from
              statistics_sets
              join dossier_statistics using (province_code, period, unit, scope, source)
            where
              province_code = any (array(select id from units where parent is null))
              and period = any ($4)
              and rows_left_out > 0
              and not dossier_statistics.counts
              and scope = 'own'
              and true
              and true
              and true
              and true
              and true
          ) as rows
        group by "level", "scope"
      ),
      summed as (
        select
          "picked"."level", null::text as "field", null::text as "unit", null::text as "procedure",
          null::text as "channel", null::text as "period", picked.scope,
          case "received_online_unknown" when 0 then "received_online" end as "received_online",
          case "received_direct_unknown" when 0 then "received_direct" end as "received_direct",
          case "received_postal_unknown" when 0 then "received_postal" end as "received_postal",
          case "carried_over_unknown" when 0 then "carried_over" end as "carried_over",
          case "received_unknown" when 0 then "received" end as "received",
          case "resolved_early_unknown" when 0 then "resolved_early" end as "resolved_early",
          case "resolved_on_time_unknown" when 0 then "resolved_on_time" end as "resolved_on_time",
          case "resolved_in_time_unknown" when 0 then "resolved_in_time" end as "resolved_in_time",
          case "resolved_overdue_unknown" when 0 then "resolved_overdue" end as "resolved_overdue",
          case "resolved_unknown" when 0 then "resolved" end as "resolved",
          case "pending_in_time_unknown" when 0 then "pending_in_time" end as "pending_in_time",
          case "pending_overdue_unknown" when 0 then "pending_overdue" end as "pending_overdue",
          case "pending_unknown" when 0 then "pending" end as "pending",
          case "received_online_full_unknown"
            when 0 then "received_online_full"
          end as "received_online_full",
          case "received_online_partial_unknown"
            when 0 then "received_online_partial"
          end as "received_online_partial",
          case "received_online_other_unknown"
            when 0 then "received_online_other"
          end as "received_online_other",
          case "received_non_territorial_unknown"
            when 0 then "received_non_territorial"
          end as "received_non_territorial",
          case "resolved_overdue_with_apology_unknown"
            when 0 then "resolved_overdue_with_apology"
          end as "resolved_overdue_with_apology",
          case "resolved_overdue_without_apology_unknown"
            when 0 then "resolved_overdue_without_apology"
          end as "resolved_overdue_without_apology",
          case "resolved_withdrawn_unknown" when 0 then "resolved_withdrawn" end as "resolved_withdrawn",
          case "resolved_stopped_unknown" when 0 then "resolved_stopped" end as "resolved_stopped",
          case "resolved_with_fee_unknown" when 0 then "resolved_with_fee" end as "resolved_with_fee",
          case "resolved_paid_unknown" when 0 then "resolved_paid" end as "resolved_paid",
          case "resolved_paid_online_unknown"
            when 0 then "resolved_paid_online"
          end as "resolved_paid_online",
          case "resolved_paid_direct_unknown"
            when 0 then "resolved_paid_direct"
          end as "resolved_paid_direct",
          case "resolved_digitised_unknown" when 0 then "resolved_digitised" end as "resolved_digitised",
          case "resolved_electronic_result_unknown"
            when 0 then "resolved_electronic_result"
          end as "resolved_electronic_result",
          case "resolved_data_reused_unknown"
            when 0 then "resolved_data_reused"
          end as "resolved_data_reused",
          case "cancelled_unknown" when 0 then "cancelled" end as "cancelled",
          case "pending_overdue_with_apology_unknown"
            when 0 then "pending_overdue_with_apology"
          end as "pending_overdue_with_apology",
          case "pending_overdue_without_apology_unknown"
            when 0 then "pending_overdue_without_apology"
          end as "pending_overdue_without_apology",
          case "pending_awaiting_supplement_unknown"
            when 0 then "pending_awaiting_supplement"
          end as "pending_awaiting_supplement",
          case "reception_in_time_unknown" when 0 then "reception_in_time" end as "reception_in_time",
          case "reception_overdue_unknown" when 0 then "reception_overdue" end as "reception_overdue",
          case "reception_pending_in_time_unknown"
            when 0 then "reception_pending_in_time"
          end as "reception_pending_in_time",
          case "reception_pending_overdue_unknown"
            when 0 then "reception_pending_overdue"
          end as "reception_pending_overdue",
          case "not_received_unknown" when 0 then "not_received" end as "not_received",
          case "results_differing_unknown" when 0 then "results_differing" end as "results_differing",
          case "receipts_issued_unknown" when 0 then "receipts_issued" end as "receipts_issued",
          case "enterprises_verified_unknown"
            when 0 then "enterprises_verified"
          end as "enterprises_verified",
          null::bigint as transferred_in, null::bigint as transferred_out, null::bigint as due,
          null::bigint as due_in_time, coalesce(estimated, false) as estimated,
          coalesce(picked.sources, '') as sources_used, coalesce(left_out.sources, '') as sources_left_out,
          case picked.scope when 'total' then 1 else coalesce(picked.units_reported, 0) end as units_reported,
          case picked.scope
            when 'total' then 1
            else coalesce(expected.units_expected, 0)
          end as units_expected
        from
          picked
          left join expected on "expected"."level" = "picked"."level"
          left join left_out on left_out.scope = picked.scope
          and "left_out"."level" = "picked"."level"
      )
    select
      "level", "field", "unit", "procedure", "channel", "period", "scope", "sources_used", "sources_left_out",
      "received_online", "received_direct", "received_postal", "carried_over", "received", "resolved_early",
      "resolved_on_time", "resolved_in_time", "resolved_overdue", "resolved", "pending_in_time",
      "pending_overdue", "pending", "transferred_in", "transferred_out", "due", "due_in_time", "numerator",
      "denominator", "received_online_full", "received_online_partial", "received_online_other",
      "received_non_territorial", "resolved_overdue_with_apology", "resolved_overdue_without_apology",
      "resolved_withdrawn", "resolved_stopped", "resolved_with_fee", "resolved_paid", "resolved_paid_online",
      "resolved_paid_direct", "resolved_digitised", "resolved_electronic_result", "resolved_data_reused",
      "cancelled", "pending_overdue_with_apology", "pending_overdue_without_apology",
      "pending_awaiting_supplement", "reception_in_time", "reception_overdue", "reception_pending_in_time",
      "reception_pending_overdue", "not_received", "results_differing", "receipts_issued",
      "enterprises_verified",
      case
        when denominator > 0
        and numerator <= denominator then ((20000 * numerator + denominator) / (2 * denominator))::float8 / 100
      end as on_time_percent,
      $5::text as method, $6::text as basis, estimated, units_reported, units_expected
    from
      (
        select *, (resolved_in_time)::bigint as numerator, (resolved)::bigint as denominator
        from summed
      ) as divided
  ) as listed
order by "level" asc nulls last
limit $7 + 1
-- $1 ["2021-Q3"]
-- $2 "2021-Q3"
-- $3 "2021-Q3"
-- $4 ["2021-Q3"]
-- $5 "resolved"
-- $6 "reported"
-- $7 1000
