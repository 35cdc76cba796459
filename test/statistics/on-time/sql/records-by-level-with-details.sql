-- What do records say more at each level, such as apologies and payments?
-- GET /v1/on-time?basis=records&period=2021-Q3&group_by=level&details=true
select *
from
  (
    with
      counted as (
        select
          "level", received_online as received_online, received_direct as received_direct,
          received_postal as received_postal, (carried_over + greatest(moved, 0)) as carried_over,
          ((carried_over + greatest(moved, 0)) + received_online + received_direct) as received,
          resolved_early as resolved_early, resolved_on_time as resolved_on_time,
          (resolved_early + resolved_on_time) as resolved_in_time, resolved_overdue as resolved_overdue,
          (resolved_early + resolved_on_time + resolved_overdue) as resolved,
          (
            ((carried_over + greatest(moved, 0)) + received_online + received_direct) - (resolved_early + resolved_on_time + resolved_overdue) - cancelled - (pending_overdue + least(greatest(- moved_overdue, 0), greatest(- moved, 0)))
          ) as pending_in_time,
          (pending_overdue + least(greatest(- moved_overdue, 0), greatest(- moved, 0))) as pending_overdue,
          (
            ((carried_over + greatest(moved, 0)) + received_online + received_direct) - (resolved_early + resolved_on_time + resolved_overdue) - cancelled
          ) as pending,
          greatest(moved, 0) as transferred_in, greatest(- moved, 0) as transferred_out, due as due,
          due_in_time as due_in_time, cancelled as cancelled,
          case
            when received_online - online_service_known = 0 then received_online_full
          end as received_online_full,
          received_online - online_service_known as received_online_full_unknown,
          case
            when received_online - online_service_known = 0 then received_online_partial
          end as received_online_partial,
          received_online - online_service_known as received_online_partial_unknown,
          case
            when received_online - online_service_known = 0 then received_online_other
          end as received_online_other,
          received_online - online_service_known as received_online_other_unknown,
          case
            when (received_online + received_direct) - territory_known = 0 then received_non_territorial
          end as received_non_territorial,
          (received_online + received_direct) - territory_known as received_non_territorial_unknown,
          case
            when resolved_overdue - resolved_apology_known = 0 then resolved_overdue_with_apology
          end as resolved_overdue_with_apology,
          resolved_overdue - resolved_apology_known as resolved_overdue_with_apology_unknown,
          case
            when resolved_overdue - resolved_apology_known = 0 then resolved_apology_known - resolved_overdue_with_apology
          end as resolved_overdue_without_apology,
          resolved_overdue - resolved_apology_known as resolved_overdue_without_apology_unknown,
          resolved_withdrawn as resolved_withdrawn, 0 as resolved_withdrawn_unknown,
          resolved_stopped as resolved_stopped, 0 as resolved_stopped_unknown,
          case
            when (resolved_early + resolved_on_time + resolved_overdue) - fee_known = 0 then resolved_with_fee
          end as resolved_with_fee,
          (resolved_early + resolved_on_time + resolved_overdue) - fee_known as resolved_with_fee_unknown,
          case
            when (resolved_early + resolved_on_time + resolved_overdue) - payment_known = 0 then resolved_paid
          end as resolved_paid,
          (resolved_early + resolved_on_time + resolved_overdue) - payment_known as resolved_paid_unknown,
          case
            when (resolved_early + resolved_on_time + resolved_overdue) - payment_channel_known = 0 then resolved_paid_online
          end as resolved_paid_online,
          (resolved_early + resolved_on_time + resolved_overdue) - payment_channel_known as resolved_paid_online_unknown,
          case
            when (resolved_early + resolved_on_time + resolved_overdue) - payment_channel_known = 0 then resolved_paid_direct
          end as resolved_paid_direct,
          (resolved_early + resolved_on_time + resolved_overdue) - payment_channel_known as resolved_paid_direct_unknown,
          case
            when (resolved_early + resolved_on_time + resolved_overdue) - digitised_known = 0 then resolved_digitised
          end as resolved_digitised,
          (resolved_early + resolved_on_time + resolved_overdue) - digitised_known as resolved_digitised_unknown,
          case
            when (resolved_early + resolved_on_time + resolved_overdue) - electronic_result_known = 0 then resolved_electronic_result
          end as resolved_electronic_result,
          (resolved_early + resolved_on_time + resolved_overdue) - electronic_result_known as resolved_electronic_result_unknown,
          case
            when (resolved_early + resolved_on_time + resolved_overdue) - data_reused_known = 0 then resolved_data_reused
          end as resolved_data_reused,
          (resolved_early + resolved_on_time + resolved_overdue) - data_reused_known as resolved_data_reused_unknown,
          case
            when (pending_overdue + least(greatest(- moved_overdue, 0), greatest(- moved, 0))) - pending_apology_known = 0 then pending_overdue_with_apology
          end as pending_overdue_with_apology,
          (pending_overdue + least(greatest(- moved_overdue, 0), greatest(- moved, 0))) - pending_apology_known as pending_overdue_with_apology_unknown,
          case
            when (pending_overdue + least(greatest(- moved_overdue, 0), greatest(- moved, 0))) - pending_apology_known = 0 then pending_apology_known - pending_overdue_with_apology
          end as pending_overdue_without_apology,
          (pending_overdue + least(greatest(- moved_overdue, 0), greatest(- moved, 0))) - pending_apology_known as pending_overdue_without_apology_unknown,
          case
            when greatest(- moved, 0) - 0 = 0 then pending_awaiting_supplement
          end as pending_awaiting_supplement,
          greatest(- moved, 0) - 0 as pending_awaiting_supplement_unknown, null::bigint as results_differing,
          ((carried_over + greatest(moved, 0)) + received_online + received_direct) as results_differing_unknown,
          null::bigint as receipts_issued,
          ((carried_over + greatest(moved, 0)) + received_online + received_direct) as receipts_issued_unknown,
          null::bigint as enterprises_verified,
          ((carried_over + greatest(moved, 0)) + received_online + received_direct) as enterprises_verified_unknown,
          0 as cancelled_unknown, null::bigint as reception_in_time,
          ((carried_over + greatest(moved, 0)) + received_online + received_direct) as reception_in_time_unknown,
          null::bigint as reception_overdue,
          ((carried_over + greatest(moved, 0)) + received_online + received_direct) as reception_overdue_unknown,
          null::bigint as reception_pending_in_time,
          ((carried_over + greatest(moved, 0)) + received_online + received_direct) as reception_pending_in_time_unknown,
          null::bigint as reception_pending_overdue,
          ((carried_over + greatest(moved, 0)) + received_online + received_direct) as reception_pending_overdue_unknown,
          null::bigint as not_received,
          ((carried_over + greatest(moved, 0)) + received_online + received_direct) as not_received_unknown
        from
          (
            with
              asked as (
                select *
                from
                  (
                    values ($1::text, $2::date, $3::date, $4::date)
                  ) as spans (period, starts_on, ends_on, due_on)
              ),
              summed as (
                select
                  "level",
                  coalesce(
                    sum(received_online) filter (where day >= starts_on), 0
                  )::bigint as received_online,
                  coalesce(
                    sum(received_direct) filter (where day >= starts_on), 0
                  )::bigint as received_direct,
                  coalesce(
                    sum(received_postal) filter (where day >= starts_on), 0
                  )::bigint as received_postal,
                  coalesce(sum(resolved_early) filter (where day >= starts_on), 0)::bigint as resolved_early,
                  coalesce(
                    sum(resolved_on_time) filter (where day >= starts_on), 0
                  )::bigint as resolved_on_time,
                  coalesce(
                    sum(resolved_overdue) filter (where day >= starts_on), 0
                  )::bigint as resolved_overdue,
                  coalesce(sum(due) filter (where day between starts_on and due_on), 0)::bigint as due,
                  coalesce(
                    sum(due_in_time) filter (where day between starts_on and due_on), 0
                  )::bigint as due_in_time,
                  coalesce(sum(cancelled) filter (where day >= starts_on), 0)::bigint as cancelled,
                  coalesce(sum(moved) filter (where day >= starts_on), 0)::bigint as moved,
                  coalesce(sum(moved_overdue) filter (where day >= starts_on), 0)::bigint as moved_overdue,
                  coalesce(
                    sum(received_online + received_direct - resolved_early - resolved_on_time - resolved_overdue - cancelled + moved) filter (
                      where day < starts_on
                    ),
                    0
                  )::bigint as carried_over,
                  (
                    coalesce(
                      sum(became_overdue) filter (where day <= due_on), 0
                    ) - coalesce(sum(no_longer_overdue - moved_overdue), 0)
                  )::bigint as pending_overdue
                from
                  asked
                  join (
                    select *
                    from
                      (
                        select
                          "level", "slice" as day, "received_online", "received_direct", "received_postal",
                          "resolved_early", "resolved_on_time", "resolved_overdue", "became_overdue",
                          "no_longer_overdue", "due", "due_in_time", "cancelled", "moved", "moved_overdue"
                        from "dossier_sums_by_channel"
                        where province_code = any (array(select id from units where parent is null))
                      ) as days
                    where day <= $5::date
                  ) as days on day <= ends_on
                group by "level"
              )
            select
              "level", coalesce(sum(received_online), 0)::bigint as received_online,
              coalesce(sum(received_direct), 0)::bigint as received_direct,
              coalesce(sum(received_postal), 0)::bigint as received_postal,
              coalesce(sum(resolved_early), 0)::bigint as resolved_early,
              coalesce(sum(resolved_on_time), 0)::bigint as resolved_on_time,
              coalesce(sum(resolved_overdue), 0)::bigint as resolved_overdue,
              coalesce(sum(due), 0)::bigint as due, coalesce(sum(due_in_time), 0)::bigint as due_in_time,
              coalesce(sum(cancelled), 0)::bigint as cancelled, coalesce(sum(moved), 0)::bigint as moved,
              coalesce(sum(moved_overdue), 0)::bigint as moved_overdue,
              coalesce(sum(carried_over), 0)::bigint as carried_over,
              coalesce(sum(pending_overdue), 0)::bigint as pending_overdue,
              coalesce(sum(online_service_known), 0)::bigint as online_service_known,
              coalesce(sum(received_online_full), 0)::bigint as received_online_full,
              coalesce(sum(received_online_partial), 0)::bigint as received_online_partial,
              coalesce(sum(received_online_other), 0)::bigint as received_online_other,
              coalesce(sum(territory_known), 0)::bigint as territory_known,
              coalesce(sum(received_non_territorial), 0)::bigint as received_non_territorial,
              coalesce(sum(resolved_apology_known), 0)::bigint as resolved_apology_known,
              coalesce(sum(resolved_overdue_with_apology), 0)::bigint as resolved_overdue_with_apology,
              coalesce(sum(resolved_withdrawn), 0)::bigint as resolved_withdrawn,
              coalesce(sum(resolved_stopped), 0)::bigint as resolved_stopped,
              coalesce(sum(fee_known), 0)::bigint as fee_known,
              coalesce(sum(resolved_with_fee), 0)::bigint as resolved_with_fee,
              coalesce(sum(payment_known), 0)::bigint as payment_known,
              coalesce(sum(resolved_paid), 0)::bigint as resolved_paid,
              coalesce(sum(payment_channel_known), 0)::bigint as payment_channel_known,
              coalesce(sum(resolved_paid_online), 0)::bigint as resolved_paid_online,
              coalesce(sum(resolved_paid_direct), 0)::bigint as resolved_paid_direct,
              coalesce(sum(digitised_known), 0)::bigint as digitised_known,
              coalesce(sum(resolved_digitised), 0)::bigint as resolved_digitised,
              coalesce(sum(electronic_result_known), 0)::bigint as electronic_result_known,
              coalesce(sum(resolved_electronic_result), 0)::bigint as resolved_electronic_result,
              coalesce(sum(data_reused_known), 0)::bigint as data_reused_known,
              coalesce(sum(resolved_data_reused), 0)::bigint as resolved_data_reused,
              coalesce(sum(pending_apology_known), 0)::bigint as pending_apology_known,
              coalesce(sum(pending_overdue_with_apology), 0)::bigint as pending_overdue_with_apology,
              coalesce(sum(pending_awaiting_supplement), 0)::bigint as pending_awaiting_supplement
            from
              (
                select
                  "level", "received_online", "received_direct", "received_postal", "resolved_early",
                  "resolved_on_time", "resolved_overdue", "due", "due_in_time", "cancelled", "moved",
                  "moved_overdue", "carried_over", "pending_overdue", 0 as online_service_known,
                  0 as received_online_full, 0 as received_online_partial, 0 as received_online_other,
                  0 as territory_known, 0 as received_non_territorial, 0 as resolved_apology_known,
                  0 as resolved_overdue_with_apology, 0 as resolved_withdrawn, 0 as resolved_stopped,
                  0 as fee_known, 0 as resolved_with_fee, 0 as payment_known, 0 as resolved_paid,
                  0 as payment_channel_known, 0 as resolved_paid_online, 0 as resolved_paid_direct,
                  0 as digitised_known, 0 as resolved_digitised, 0 as electronic_result_known,
                  0 as resolved_electronic_result, 0 as data_reused_known, 0 as resolved_data_reused,
                  0 as pending_apology_known, 0 as pending_overdue_with_apology,
                  0 as pending_awaiting_supplement
                from summed
                union all
                select
                  "level", 0 as received_online, 0 as received_direct, 0 as received_postal,
                  0 as resolved_early, 0 as resolved_on_time, 0 as resolved_overdue, 0 as due,
                  0 as due_in_time, 0 as cancelled, 0 as moved, 0 as moved_overdue, 0 as carried_over,
                  0 as pending_overdue,
                  coalesce(
                    sum(received_online) filter (
                      where
                        day >= starts_on
                        and details ->> 'online_service' is not null
                    ),
                    0
                  )::bigint as online_service_known,
                  coalesce(
                    sum(received_online) filter (
                      where
                        day >= starts_on
                        and details ->> 'online_service' = 'full'
                    ),
                    0
                  )::bigint as received_online_full,
                  coalesce(
                    sum(received_online) filter (
                      where
                        day >= starts_on
                        and details ->> 'online_service' = 'partial'
                    ),
                    0
                  )::bigint as received_online_partial,
                  coalesce(
                    sum(received_online) filter (
                      where
                        day >= starts_on
                        and details ->> 'online_service' = 'other'
                    ),
                    0
                  )::bigint as received_online_other,
                  coalesce(
                    sum((received_online + received_direct)) filter (
                      where
                        day >= starts_on
                        and details ->> 'non_territorial' is not null
                    ),
                    0
                  )::bigint as territory_known,
                  coalesce(
                    sum((received_online + received_direct)) filter (
                      where
                        day >= starts_on
                        and (details ->> 'non_territorial')::boolean
                    ),
                    0
                  )::bigint as received_non_territorial,
                  coalesce(
                    sum(resolved_overdue) filter (
                      where
                        day >= starts_on
                        and (details ->> 'apology' is not null or details ->> 'apology_at' is not null)
                    ),
                    0
                  )::bigint as resolved_apology_known,
                  coalesce(
                    sum(resolved_overdue) filter (
                      where
                        day >= starts_on
                        and coalesce(
                          (((details ->> 'apology_at')::timestamptz at time zone interval '7 hours')::date <= day),
                          (details ->> 'apology')::boolean
                        )
                    ),
                    0
                  )::bigint as resolved_overdue_with_apology,
                  coalesce(
                    sum((resolved_early + resolved_on_time + resolved_overdue)) filter (
                      where
                        day >= starts_on
                        and status = 7
                    ),
                    0
                  )::bigint as resolved_withdrawn,
                  coalesce(
                    sum((resolved_early + resolved_on_time + resolved_overdue)) filter (
                      where
                        day >= starts_on
                        and status = 8
                    ),
                    0
                  )::bigint as resolved_stopped,
                  coalesce(
                    sum((resolved_early + resolved_on_time + resolved_overdue)) filter (
                      where
                        day >= starts_on
                        and ((details ->> 'fee_due')::bigint is not null or details ->> 'has_fee' is not null)
                    ),
                    0
                  )::bigint as fee_known,
                  coalesce(
                    sum((resolved_early + resolved_on_time + resolved_overdue)) filter (
                      where
                        day >= starts_on
                        and coalesce((details ->> 'fee_due')::bigint > 0, (details ->> 'has_fee')::boolean)
                    ),
                    0
                  )::bigint as resolved_with_fee,
                  coalesce(
                    sum((resolved_early + resolved_on_time + resolved_overdue)) filter (
                      where
                        day >= starts_on
                        and (
                          (details ->> 'fee_due')::bigint is not distinct from 0
                          or details ->> 'fee_paid' is not null
                          or details ->> 'payment_channel' is not null
                        )
                    ),
                    0
                  )::bigint as payment_known,
                  coalesce(
                    sum((resolved_early + resolved_on_time + resolved_overdue)) filter (
                      where
                        day >= starts_on
                        and (
                          coalesce((details ->> 'fee_paid')::bigint > 0, details ->> 'payment_channel' is not null)
                          and (details ->> 'fee_due')::bigint is distinct from 0
                        )
                    ),
                    0
                  )::bigint as resolved_paid,
                  coalesce(
                    sum((resolved_early + resolved_on_time + resolved_overdue)) filter (
                      where
                        day >= starts_on
                        and (
                          (
                            (details ->> 'fee_due')::bigint is not distinct from 0
                            or details ->> 'fee_paid' is not null
                            or details ->> 'payment_channel' is not null
                          )
                          and (
                            not (
                              coalesce((details ->> 'fee_paid')::bigint > 0, details ->> 'payment_channel' is not null)
                              and (details ->> 'fee_due')::bigint is distinct from 0
                            )
                            or details ->> 'payment_channel' is not null
                          )
                        )
                    ),
                    0
                  )::bigint as payment_channel_known,
                  coalesce(
                    sum((resolved_early + resolved_on_time + resolved_overdue)) filter (
                      where
                        day >= starts_on
                        and (
                          coalesce((details ->> 'fee_paid')::bigint > 0, details ->> 'payment_channel' is not null)
                          and (details ->> 'fee_due')::bigint is distinct from 0
                        )
                        and details ->> 'payment_channel' = 'online'
                    ),
                    0
                  )::bigint as resolved_paid_online,
                  coalesce(
                    sum((resolved_early + resolved_on_time + resolved_overdue)) filter (
                      where
                        day >= starts_on
                        and (
                          coalesce((details ->> 'fee_paid')::bigint > 0, details ->> 'payment_channel' is not null)
                          and (details ->> 'fee_due')::bigint is distinct from 0
                        )
                        and details ->> 'payment_channel' = 'direct'
                    ),
                    0
                  )::bigint as resolved_paid_direct,
                  coalesce(
                    sum((resolved_early + resolved_on_time + resolved_overdue)) filter (
                      where
                        day >= starts_on
                        and details ->> 'digitised_parts' is not null
                    ),
                    0
                  )::bigint as digitised_known,
                  coalesce(
                    sum((resolved_early + resolved_on_time + resolved_overdue)) filter (
                      where
                        day >= starts_on
                        and (details ->> 'digitised_parts')::integer > 0
                    ),
                    0
                  )::bigint as resolved_digitised,
                  coalesce(
                    sum((resolved_early + resolved_on_time + resolved_overdue)) filter (
                      where
                        day >= starts_on
                        and details ->> 'electronic_result' is not null
                    ),
                    0
                  )::bigint as electronic_result_known,
                  coalesce(
                    sum((resolved_early + resolved_on_time + resolved_overdue)) filter (
                      where
                        day >= starts_on
                        and (details ->> 'electronic_result')::boolean
                    ),
                    0
                  )::bigint as resolved_electronic_result,
                  coalesce(
                    sum((resolved_early + resolved_on_time + resolved_overdue)) filter (
                      where
                        day >= starts_on
                        and details ->> 'data_reused' is not null
                    ),
                    0
                  )::bigint as data_reused_known,
                  coalesce(
                    sum((resolved_early + resolved_on_time + resolved_overdue)) filter (
                      where
                        day >= starts_on
                        and (details ->> 'data_reused')::boolean
                    ),
                    0
                  )::bigint as resolved_data_reused,
                  (
                    coalesce(
                      sum(became_overdue) filter (
                        where
                          day <= due_on
                          and (details ->> 'apology' is not null or details ->> 'apology_at' is not null)
                      ),
                      0
                    ) - coalesce(
                      sum(no_longer_overdue - moved_overdue) filter (
                        where (details ->> 'apology' is not null or details ->> 'apology_at' is not null)
                      ),
                      0
                    )
                  )::bigint as pending_apology_known,
                  (
                    coalesce(
                      sum(became_overdue) filter (
                        where
                          day <= due_on
                          and coalesce(
                            (((details ->> 'apology_at')::timestamptz at time zone interval '7 hours')::date <= ends_on),
                            (details ->> 'apology')::boolean
                          )
                      ),
                      0
                    ) - coalesce(
                      sum(no_longer_overdue - moved_overdue) filter (
                        where
                          coalesce(
                            (((details ->> 'apology_at')::timestamptz at time zone interval '7 hours')::date <= ends_on),
                            (details ->> 'apology')::boolean
                          )
                      ),
                      0
                    )
                  )::bigint as pending_overdue_with_apology,
                  coalesce(
                    sum(
                      (received_online + received_direct) - (resolved_early + resolved_on_time + resolved_overdue) - cancelled + moved
                    ) filter (
                      where
                        (
                          (
                            status = 5
                            and (supplements is null or (supplements -> -1 ->> 'completed_at') is not null)
                            and greatest(updated_at, (supplements -> -1 ->> 'completed_at')::timestamptz) < ((ends_on + 1)::timestamp at time zone interval '7 hours')
                          )
                          or exists (
                            select
                            from
                              jsonb_to_recordset(supplements) as asked (requested_at timestamptz, completed_at timestamptz)
                            where
                              requested_at < ((ends_on + 1)::timestamp at time zone interval '7 hours')
                              and coalesce(completed_at >= ((ends_on + 1)::timestamp at time zone interval '7 hours'), true)
                          )
                        )
                    ),
                    0
                  )::bigint as pending_awaiting_supplement
                from
                  asked
                  join (
                    select
                      "level", "status", "details", "supplements", "updated_at", day, "received_online",
                      "received_direct", "received_postal", "resolved_early", "resolved_on_time",
                      "resolved_overdue", "became_overdue", "no_longer_overdue", "due", "due_in_time",
                      "cancelled", 0 as moved, 0 as moved_overdue
                    from
                      (
                        with
                          counted as not materialized (
                            select
                              "province_code", "code", "record", "status", "channel", "due_at", "level",
                              "details", "supplements", "updated_at", ended_at, asked,
                              coalesce((details ->> 'cancelled')::boolean, false) as is_cancelled,
                              ("received_at" at time zone interval '7 hours')::date as received_on,
                              ("ended_at" at time zone interval '7 hours')::date as ended_on,
                              ("due_at" at time zone interval '7 hours')::date as due_on,
                              asked is null
                              or coalesce(ended_at <= (asked -> 0 ->> 'requested_at')::timestamptz, false) as never_waited
                            from
                              (
                                select
                                  *,
                                  case
                                    when status >= 9 then coalesce(finished_at, returned_at)
                                    when status in (7, 8) then coalesce(finished_at, returned_at, updated_at)
                                  end as ended_at,
                                  case
                                    when status = 5
                                    and (
                                      supplements is null
                                      or supplements -> -1 ->> 'completed_at' is not null
                                    ) then coalesce(supplements, '[]') || jsonb_build_object('requested_at', greatest(updated_at, (supplements -> -1 ->> 'completed_at')::timestamptz))
                                    else supplements
                                  end as asked
                                from
                                  (
                                    select *
                                    from dossiers
                                    where
                                      held_from is null
                                      and received_at < $6::timestamptz
                                      and (
                                        case
                                          when status >= 9 then coalesce(finished_at, returned_at)
                                          when status in (7, 8) then coalesce(finished_at, returned_at, updated_at)
                                        end is null
                                        or greatest(
                                          case
                                            when status >= 9 then coalesce(finished_at, returned_at)
                                            when status in (7, 8) then coalesce(finished_at, returned_at, updated_at)
                                          end,
                                          due_at
                                        ) >= $7::timestamptz
                                        or supplements is not null
                                      )
                                      and (
                                        details is not null
                                        or supplements is not null
                                        or status in (5, 7, 8)
                                      )
                                      and province_code = any (
                                        array(select id from units where parent is null)
                                      )
                                  ) as dossiers
                                where (status >= 4 or status = 2)
                                offset
                                  0
                              ) as dossiers
                            offset
                              0
                          ),
                          waits as (
                            select
                              *, coalesce(lag(new_due_at) over earlier, old_due_at, due_at) as due_until_then,
                              coalesce(
                                case when is_awaited then lag(new_due_at) over earlier else new_due_at end,
                                due_at
                              ) as due_from_then,
                              lag(waited_until) over earlier as waited_before,
                              lead(n) over earlier is null as is_last
                            from
                              (
                                select
                                  counted.*, n, requested_at, old_due_at, new_due_at,
                                  least(completed_at, ended_at) as waited_until,
                                  completed_at is null
                                  or coalesce(ended_at < completed_at, false) as is_awaited
                                from
                                  counted
                                  cross join lateral rows
                                from
                                  (
                                    jsonb_to_recordset(asked) as (requested_at timestamptz, completed_at timestamptz, old_due_at timestamptz, new_due_at timestamptz)
                                  ) with ordinality as supplements (requested_at, completed_at, old_due_at, new_due_at, n)
                                where
                                  asked is not null
                                  and (ended_at is null or requested_at < ended_at)
                              ) as requested
                            window
                              earlier as (partition by "province_code", "code", "record" order by n)
                          ),
                          terms as (
                            select
                              "province_code", "code", "record", "level", "status", "details", "supplements",
                              "updated_at", "is_cancelled", ended_at, ended_on, due_from_then as due,
                              2147483647 as n, true as final,
                              greatest(received_on, ("waited_until" at time zone interval '7 hours')::date) as starts_on,
                              'infinity'::date as stops_on,
                              coalesce(ended_at <= due_from_then, ended_at is not null)
                              or (
                                not status in (9, 10)
                                and is_awaited
                                and coalesce(requested_at <= due_until_then, true)
                              ) as is_in_time
                            from waits
                            where
                              is_last
                              and waited_until is not null
                            union all
                            select
                              "province_code", "code", "record", "level", "status", "details", "supplements",
                              "updated_at", "is_cancelled", ended_at, ended_on, due_until_then, n, false,
                              greatest(received_on, ("waited_before" at time zone interval '7 hours')::date),
                              ("requested_at" at time zone interval '7 hours')::date, false
                            from waits
                          ),
                          reached as (
                            select
                              *, ("due" at time zone interval '7 hours')::date as due_day,
                              greatest(starts_on, ("due" at time zone interval '7 hours')::date) as reached_on
                            from terms
                            where due is not null
                          ),
                          overdue as (
                            select
                              *, overdue_until is distinct from lead(reached_on) over later as ends,
                              reached_on is distinct from lag(overdue_until) over later as begins
                            from (select *, least(stops_on, ended_on) as overdue_until from reached) as until
                            where reached_on < overdue_until
                            window
                              later as (partition by "province_code", "code", "record" order by n)
                          ),
                          met as (
                            select
                              *,
                              due_day is distinct from lag(due_day) over (
                                partition by
                                  "province_code", "code", "record"
                                order by n
                              ) as is_another
                            from reached
                            where
                              final
                              or reached_on < stops_on
                          )
                        select "level", "status", "details", "supplements", "updated_at", happened.*
                        from
                          counted
                          cross join lateral (
                            select
                              due_at is null
                              or ended_at <= due_at as is_in_time,
                              due_at is not null
                              and ended_on < due_on
                              and status in (9, 10) as is_early,
                              case
                                when never_waited
                                and due_at is not null then greatest(received_on, due_on)
                              end as reached_on
                          ) as how
                          cross join lateral (
                            select
                              received_on, (channel = 'online')::int, (channel <> 'online')::int,
                              (channel = 'postal')::int, 0, 0, 0, 0, 0, 0, 0, 0
                            union all
                            select
                              ended_on, 0, 0, 0, (not is_cancelled and is_in_time and is_early)::int,
                              (not is_cancelled and is_in_time and not is_early)::int,
                              (not is_cancelled and not is_in_time)::int, 0, 0, 0, 0, is_cancelled::int
                            where
                              ended_at is not null
                              and never_waited
                            union all
                            select reached_on, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0
                            where reached_on < coalesce(ended_on, 'infinity')
                            union all
                            select ended_on, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0
                            where reached_on < ended_on
                            union all
                            select
                              reached_on, 0, 0, 0, 0, 0, 0, 0, 0, 1, coalesce(ended_at <= due_at, false)::int,
                              0
                            where reached_on is not null
                          ) as happened (
                            day, "received_online", "received_direct", "received_postal", "resolved_early",
                            "resolved_on_time", "resolved_overdue", "became_overdue", "no_longer_overdue",
                            "due", "due_in_time", "cancelled"
                          )
                        union all
                        select
                          "level", "status", "details", "supplements", "updated_at", ended_on, 0, 0, 0,
                          (not is_cancelled and is_in_time and is_early)::int,
                          (not is_cancelled and is_in_time and not is_early)::int,
                          (not is_cancelled and not is_in_time)::int, 0, 0, 0, 0, is_cancelled::int
                        from
                          (
                            select
                              *,
                              due is not null
                              and ended_on < ("due" at time zone interval '7 hours')::date
                              and status in (9, 10) as is_early
                            from terms
                            where
                              final
                              and ended_at is not null
                          ) as ended
                        union all
                        select
                          "level", "status", "details", "supplements", "updated_at", reached_on, 0, 0, 0, 0,
                          0, 0, 1, 0, 0, 0, 0
                        from overdue
                        where begins
                        union all
                        select
                          "level", "status", "details", "supplements", "updated_at", overdue_until, 0, 0, 0,
                          0, 0, 0, 0, 1, 0, 0, 0
                        from overdue
                        where
                          ends
                          and overdue_until < 'infinity'
                        union all
                        select
                          "level", "status", "details", "supplements", "updated_at", reached_on, 0, 0, 0, 0,
                          0, 0, 0, 0, 1, is_in_time::int, 0
                        from met
                        where is_another
                      ) as events
                    union all
                    select *
                    from
                      (
                        with
                          events as (
                            with
                              counted as not materialized (
                                select
                                  "province_code", "code", "record", "state", "status", "channel", "due_at",
                                  "level", "details", "supplements", "updated_at", "held_from", "held_until",
                                  ended_at, asked,
                                  coalesce((details ->> 'cancelled')::boolean, false) as is_cancelled,
                                  received_on as received_on, ends_on as ended_on,
                                  ("due_at" at time zone interval '7 hours')::date as due_on,
                                  asked is null
                                  or coalesce(ended_at <= (asked -> 0 ->> 'requested_at')::timestamptz, false) as never_waited
                                from
                                  (
                                    select
                                      *,
                                      case
                                        when status >= 9 then coalesce(finished_at, returned_at)
                                        when status in (7, 8) then coalesce(finished_at, returned_at, updated_at)
                                      end as ended_at,
                                      case
                                        when status = 5
                                        and (
                                          supplements is null
                                          or supplements -> -1 ->> 'completed_at' is not null
                                        ) then coalesce(supplements, '[]') || jsonb_build_object('requested_at', greatest(updated_at, (supplements -> -1 ->> 'completed_at')::timestamptz))
                                        else supplements
                                      end as asked
                                    from
                                      (
                                        select *
                                        from
                                          (
                                            select
                                              "province_code", "code", "record", "source", "unit", "level",
                                              "procedure", "field", "channel", "status", "received_at",
                                              "due_at", "finished_at", "returned_at", "updated_at",
                                              "supplements", "details", "held_from", "received_on", "ends_on",
                                              32767::smallint as state, 'infinity'::date as held_until
                                            from dossiers
                                            where
                                              held_from is not null
                                              and province_code = any (
                                                array(select id from units where parent is null)
                                              )
                                            union all
                                            select
                                              "province_code", "code", "record", "source", "unit", "level",
                                              "procedure", "field", "channel", "status", "received_at",
                                              "due_at", "finished_at", "returned_at", "updated_at",
                                              "supplements", "details", "held_from", "received_on", "ends_on",
                                              state, held_until
                                            from dossier_states
                                            where
                                              province_code = any (
                                                array(select id from units where parent is null)
                                              )
                                          ) as states
                                        where
                                          held_from <= $8::date
                                          and held_until >= $9::date
                                          and (
                                            held_until < 'infinity'
                                            or ends_on is null
                                            or greatest(ends_on, held_from) >= $10::date
                                            or due_at >= $11::timestamptz
                                            or supplements is not null
                                          )
                                      ) as dossiers
                                    where (status >= 4 or status = 2)
                                    offset
                                      0
                                  ) as dossiers
                                offset
                                  0
                              ),
                              waits as (
                                select
                                  *,
                                  coalesce(lag(new_due_at) over earlier, old_due_at, due_at) as due_until_then,
                                  coalesce(
                                    case
                                      when is_awaited then lag(new_due_at) over earlier
                                      else new_due_at
                                    end,
                                    due_at
                                  ) as due_from_then,
                                  lag(waited_until) over earlier as waited_before,
                                  lead(n) over earlier is null as is_last
                                from
                                  (
                                    select
                                      counted.*, n, requested_at, old_due_at, new_due_at,
                                      least(completed_at, ended_at) as waited_until,
                                      completed_at is null
                                      or coalesce(ended_at < completed_at, false) as is_awaited
                                    from
                                      counted
                                      cross join lateral rows
                                    from
                                      (
                                        jsonb_to_recordset(asked) as (requested_at timestamptz, completed_at timestamptz, old_due_at timestamptz, new_due_at timestamptz)
                                      ) with ordinality as supplements (requested_at, completed_at, old_due_at, new_due_at, n)
                                    where
                                      asked is not null
                                      and (ended_at is null or requested_at < ended_at)
                                  ) as requested
                                window
                                  earlier as (
                                    partition by
                                      "province_code", "code", "record", "state"
                                    order by n
                                  )
                              ),
                              terms as (
                                select
                                  "province_code", "code", "record", "state", "level", "status", "details",
                                  "supplements", "updated_at", "held_from", "held_until", "is_cancelled",
                                  ended_at, ended_on, due_from_then as due, 2147483647 as n, true as final,
                                  greatest(received_on, ("waited_until" at time zone interval '7 hours')::date) as starts_on,
                                  'infinity'::date as stops_on,
                                  coalesce(ended_at <= due_from_then, ended_at is not null)
                                  or (
                                    not status in (9, 10)
                                    and is_awaited
                                    and coalesce(requested_at <= due_until_then, true)
                                  ) as is_in_time
                                from waits
                                where
                                  is_last
                                  and waited_until is not null
                                union all
                                select
                                  "province_code", "code", "record", "state", "level", "status", "details",
                                  "supplements", "updated_at", "held_from", "held_until", "is_cancelled",
                                  ended_at, ended_on, due_until_then, n, false,
                                  greatest(received_on, ("waited_before" at time zone interval '7 hours')::date),
                                  ("requested_at" at time zone interval '7 hours')::date, false
                                from waits
                              ),
                              reached as (
                                select
                                  *, ("due" at time zone interval '7 hours')::date as due_day,
                                  greatest(starts_on, ("due" at time zone interval '7 hours')::date) as reached_on
                                from terms
                                where due is not null
                              ),
                              overdue as (
                                select
                                  *, overdue_until is distinct from lead(reached_on) over later as ends,
                                  reached_on is distinct from lag(overdue_until) over later as begins
                                from
                                  (select *, least(stops_on, ended_on) as overdue_until from reached) as until
                                where reached_on < overdue_until
                                window
                                  later as (
                                    partition by
                                      "province_code", "code", "record", "state"
                                    order by n
                                  )
                              ),
                              met as (
                                select
                                  *,
                                  due_day is distinct from lag(due_day) over (
                                    partition by
                                      "province_code", "code", "record", "state"
                                    order by n
                                  ) as is_another
                                from reached
                                where
                                  final
                                  or reached_on < stops_on
                              )
                            select
                              "level", "status", "details", "supplements", "updated_at", "state", "held_from",
                              "held_until", happened.*
                            from
                              counted
                              cross join lateral (
                                select
                                  due_at is null
                                  or ended_at <= due_at as is_in_time,
                                  due_at is not null
                                  and ended_on < due_on
                                  and status in (9, 10) as is_early,
                                  case
                                    when never_waited
                                    and due_at is not null then greatest(received_on, due_on)
                                  end as reached_on
                              ) as how
                              cross join lateral (
                                select
                                  received_on, (channel = 'online')::int, (channel <> 'online')::int,
                                  (channel = 'postal')::int, 0, 0, 0, 0, 0, 0, 0, 0
                                union all
                                select
                                  ended_on, 0, 0, 0, (not is_cancelled and is_in_time and is_early)::int,
                                  (not is_cancelled and is_in_time and not is_early)::int,
                                  (not is_cancelled and not is_in_time)::int, 0, 0, 0, 0, is_cancelled::int
                                where
                                  ended_at is not null
                                  and never_waited
                                union all
                                select reached_on, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0
                                where reached_on < coalesce(ended_on, 'infinity')
                                union all
                                select ended_on, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0
                                where reached_on < ended_on
                                union all
                                select
                                  reached_on, 0, 0, 0, 0, 0, 0, 0, 0, 1,
                                  coalesce(ended_at <= due_at, false)::int, 0
                                where reached_on is not null
                              ) as happened (
                                day, "received_online", "received_direct", "received_postal",
                                "resolved_early", "resolved_on_time", "resolved_overdue", "became_overdue",
                                "no_longer_overdue", "due", "due_in_time", "cancelled"
                              )
                            union all
                            select
                              "level", "status", "details", "supplements", "updated_at", "state", "held_from",
                              "held_until", ended_on, 0, 0, 0,
                              (not is_cancelled and is_in_time and is_early)::int,
                              (not is_cancelled and is_in_time and not is_early)::int,
                              (not is_cancelled and not is_in_time)::int, 0, 0, 0, 0, is_cancelled::int
                            from
                              (
                                select
                                  *,
                                  due is not null
                                  and ended_on < ("due" at time zone interval '7 hours')::date
                                  and status in (9, 10) as is_early
                                from terms
                                where
                                  final
                                  and ended_at is not null
                              ) as ended
                            union all
                            select
                              "level", "status", "details", "supplements", "updated_at", "state", "held_from",
                              "held_until", reached_on, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0
                            from overdue
                            where begins
                            union all
                            select
                              "level", "status", "details", "supplements", "updated_at", "state", "held_from",
                              "held_until", overdue_until, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0
                            from overdue
                            where
                              ends
                              and overdue_until < 'infinity'
                            union all
                            select
                              "level", "status", "details", "supplements", "updated_at", "state", "held_from",
                              "held_until", reached_on, 0, 0, 0, 0, 0, 0, 0, 0, 1, is_in_time::int, 0
                            from met
                            where is_another
                          )
                        select
                          "level", "status", "details", "supplements", "updated_at", day, "received_online",
                          "received_direct", "received_postal", "resolved_early", "resolved_on_time",
                          "resolved_overdue", "became_overdue", "no_longer_overdue", "due", "due_in_time",
                          "cancelled", 0 as moved, 0 as moved_overdue
                        from events
                        where
                          day >= held_from
                          and day < held_until
                        union all
                        select
                          "level", "status", "details", "supplements", "updated_at", held_from, 0, 0, 0, 0, 0,
                          0, 0, 0, 0, 0, 0,
                          sum(received_online + received_direct - resolved_early - resolved_on_time - resolved_overdue - cancelled),
                          sum(became_overdue - no_longer_overdue)
                        from events
                        where day < held_from
                        group by "level", "status", "details", "supplements", "updated_at", held_from
                        union all
                        select
                          "level", "status", "details", "supplements", "updated_at", held_until, 0, 0, 0, 0,
                          0, 0, 0, 0, 0, 0, 0,
                          - sum(received_online + received_direct - resolved_early - resolved_on_time - resolved_overdue - cancelled),
                          - sum(became_overdue - no_longer_overdue)
                        from events
                        where
                          day < held_until
                          and held_until < 'infinity'
                        group by "level", "status", "details", "supplements", "updated_at", held_until
                      ) as of_states
                  ) as days on day <= ends_on
                group by "level"
              ) as all_sums
            group by "level"
          ) as sums
        where (((carried_over + greatest(moved, 0)) + received_online + received_direct) > 0 or due > 0)
      ),
      coverage as (
        select
          units.level as "level", count(*) filter (where since <= ends_on) as units_reported,
          count(*) as units_expected
        from
          (
            select *
            from
              (
                values ($12::text, $13::date, $14::date, $15::date)
              ) as spans (period, starts_on, ends_on, due_on)
          ) as asked
          cross join units
          left join dossier_desks as desks on desks.province_code = units.province_code
          and desks.unit = units.id
        where
          units.reports_dossiers
          and units.valid_from <= ends_on
          and coalesce(units.valid_to, 'infinity') >= starts_on
          and true
        group by units.level
      ),
      summed as (
        select
          "counted"."level", null::text as "field", null::text as "unit", null::text as "procedure",
          null::text as "channel", null::text as "period", 'own' as scope, "received_online",
          "received_direct", "received_postal", "carried_over", "received", "resolved_early",
          "resolved_on_time", "resolved_in_time", "resolved_overdue", "resolved", "pending_in_time",
          "pending_overdue", "pending", "transferred_in", "transferred_out", "due", "due_in_time",
          "received_online_full", "received_online_partial", "received_online_other",
          "received_non_territorial", "resolved_overdue_with_apology", "resolved_overdue_without_apology",
          "resolved_withdrawn", "resolved_stopped", "resolved_with_fee", "resolved_paid",
          "resolved_paid_online", "resolved_paid_direct", "resolved_digitised", "resolved_electronic_result",
          "resolved_data_reused", "cancelled", "pending_overdue_with_apology",
          "pending_overdue_without_apology", "pending_awaiting_supplement", "reception_in_time",
          "reception_overdue", "reception_pending_in_time", "reception_pending_overdue", "not_received",
          "results_differing", "receipts_issued", "enterprises_verified", false as estimated,
          coalesce(units_reported, 0) as units_reported, coalesce(units_expected, 0) as units_expected,
          null::text as sources_used, null::text as sources_left_out
        from
          counted
          left join coverage on "coverage"."level" = "counted"."level"
        where
          units_expected is not null
          or not (
            received_online + received_direct + resolved + cancelled = 0
            and pending = transferred_out
            and pending = (
              select count(*)
              from
                (
                  select *
                  from
                    (
                      values ($16::text, $17::date, $18::date, $19::date)
                    ) as spans (period, starts_on, ends_on, due_on)
                ) as asked
                join dossier_states as states on held_until = starts_on
              where
                change is not null
                and province_code = any (array(select id from units where parent is null))
                and "states"."level" = "counted"."level"
            )
          )
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
      $20::text as method, $21::text as basis, estimated, units_reported, units_expected
    from
      (
        select *, (resolved_in_time)::bigint as numerator, (resolved)::bigint as denominator
        from summed
      ) as divided
  ) as listed
order by "level" asc nulls last
limit $22 + 1
-- $1 null
-- $2 "2021-06-15"
-- $3 "2021-09-14"
-- $4 "2021-09-14"
-- $5 "2021-09-14"
-- $6 "2021-09-15T00:00:00+07:00"
-- $7 "2021-06-15T00:00:00+07:00"
-- $8 "2021-09-14"
-- $9 "2021-06-15"
-- $10 "2021-06-15"
-- $11 "2021-06-15T00:00:00+07:00"
-- $12 null
-- $13 "2021-06-15"
-- $14 "2021-09-14"
-- $15 "2021-09-14"
-- $16 null
-- $17 "2021-06-15"
-- $18 "2021-09-14"
-- $19 "2021-09-14"
-- $20 "resolved"
-- $21 "records"
-- $22 1000
