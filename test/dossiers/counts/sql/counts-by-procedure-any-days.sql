-- What was counted for each procedure, on any days?
select
  "procedure", received_online as received_online, received_direct as received_direct,
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
  due_in_time as due_in_time, cancelled as cancelled
from
  (
    with
      asked as (
        select *
        from (values ($1::text, $2::date, $3::date, $4::date)) as spans (period, starts_on, ends_on, due_on)
      ),
      summed as (
        select
          "procedure",
          coalesce(sum(received_online) filter (where day >= starts_on), 0)::bigint as received_online,
          coalesce(sum(received_direct) filter (where day >= starts_on), 0)::bigint as received_direct,
          coalesce(sum(received_postal) filter (where day >= starts_on), 0)::bigint as received_postal,
          coalesce(sum(resolved_early) filter (where day >= starts_on), 0)::bigint as resolved_early,
          coalesce(sum(resolved_on_time) filter (where day >= starts_on), 0)::bigint as resolved_on_time,
          coalesce(sum(resolved_overdue) filter (where day >= starts_on), 0)::bigint as resolved_overdue,
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
                  "procedure", "quarter" as day, "received_online", "received_direct", "received_postal",
                  "resolved_early", "resolved_on_time", "resolved_overdue", "became_overdue",
                  "no_longer_overdue", "due", "due_in_time", "cancelled", "moved", "moved_overdue"
                from
                  (
                    select
                      "province_code", "procedure", "level", "field", "quarter", "received_online",
                      "received_direct", "received_postal", "resolved_early", "resolved_on_time",
                      "resolved_overdue", "became_overdue", "no_longer_overdue", "due", "due_in_time",
                      "cancelled", "moved", "moved_overdue"
                    from "dossier_sums_by_procedure_quarter"
                    union all
                    select
                      province_code, "procedure", "level", "field",
                      (
                        case
                          when "day" < (date_trunc('quarter', "day"::timestamp) + interval '2 months 14 days') then date_trunc('quarter', "day"::timestamp)
                          else (date_trunc('quarter', "day"::timestamp) + interval '2 months 14 days')
                        end
                      )::date as "quarter",
                      coalesce("received_online", 0) as "received_online",
                      coalesce("received_direct", 0) as "received_direct",
                      coalesce("received_postal", 0) as "received_postal",
                      coalesce("resolved_early", 0) as "resolved_early",
                      coalesce("resolved_on_time", 0) as "resolved_on_time",
                      coalesce("resolved_overdue", 0) as "resolved_overdue",
                      coalesce("became_overdue", 0) as "became_overdue",
                      coalesce("no_longer_overdue", 0) as "no_longer_overdue", coalesce("due", 0) as "due",
                      coalesce("due_in_time", 0) as "due_in_time", coalesce("cancelled", 0) as "cancelled",
                      coalesce("moved", 0) as "moved", coalesce("moved_overdue", 0) as "moved_overdue"
                    from
                      (
                        select
                          province_code, unnest("procedures") as "procedure", unnest("levels") as "level",
                          unnest("fields") as "field", unnest("times") as "day",
                          unnest("received_online") as "received_online",
                          unnest("received_direct") as "received_direct",
                          unnest("received_postal") as "received_postal",
                          unnest("resolved_early") as "resolved_early",
                          unnest("resolved_on_time") as "resolved_on_time",
                          unnest("resolved_overdue") as "resolved_overdue",
                          unnest("became_overdue") as "became_overdue",
                          unnest("no_longer_overdue") as "no_longer_overdue", unnest("due") as "due",
                          unnest("due_in_time") as "due_in_time", unnest("cancelled") as "cancelled",
                          unnest("moved") as "moved", unnest("moved_overdue") as "moved_overdue"
                        from dossier_sums_log
                        where rollup = 'dossier_sums_by_procedure_day'
                      ) as logged
                  ) as cells
                where
                  province_code = any (array(select id from units where parent is null))
                  and "quarter" <> all ($5::date[])
                union all
                select
                  "procedure", "slice" as day, "received_online", "received_direct", "received_postal",
                  "resolved_early", "resolved_on_time", "resolved_overdue", "became_overdue",
                  "no_longer_overdue", "due", "due_in_time", "cancelled", "moved", "moved_overdue"
                from
                  (
                    select
                      "province_code", "procedure", "level", "field", "slice", "received_online",
                      "received_direct", "received_postal", "resolved_early", "resolved_on_time",
                      "resolved_overdue", "became_overdue", "no_longer_overdue", "due", "due_in_time",
                      "cancelled", "moved", "moved_overdue"
                    from "dossier_sums_by_procedure"
                    union all
                    select
                      province_code, "procedure", "level", "field",
                      (
                        "day" - case
                          when date_part('day', "day"::timestamp)::integer < 15 then date_part('day', "day"::timestamp)::integer - 1
                          else date_part('day', "day"::timestamp)::integer - 15
                        end
                      ) as "slice",
                      coalesce("received_online", 0) as "received_online",
                      coalesce("received_direct", 0) as "received_direct",
                      coalesce("received_postal", 0) as "received_postal",
                      coalesce("resolved_early", 0) as "resolved_early",
                      coalesce("resolved_on_time", 0) as "resolved_on_time",
                      coalesce("resolved_overdue", 0) as "resolved_overdue",
                      coalesce("became_overdue", 0) as "became_overdue",
                      coalesce("no_longer_overdue", 0) as "no_longer_overdue", coalesce("due", 0) as "due",
                      coalesce("due_in_time", 0) as "due_in_time", coalesce("cancelled", 0) as "cancelled",
                      coalesce("moved", 0) as "moved", coalesce("moved_overdue", 0) as "moved_overdue"
                    from
                      (
                        select
                          province_code, unnest("procedures") as "procedure", unnest("levels") as "level",
                          unnest("fields") as "field", unnest("times") as "day",
                          unnest("received_online") as "received_online",
                          unnest("received_direct") as "received_direct",
                          unnest("received_postal") as "received_postal",
                          unnest("resolved_early") as "resolved_early",
                          unnest("resolved_on_time") as "resolved_on_time",
                          unnest("resolved_overdue") as "resolved_overdue",
                          unnest("became_overdue") as "became_overdue",
                          unnest("no_longer_overdue") as "no_longer_overdue", unnest("due") as "due",
                          unnest("due_in_time") as "due_in_time", unnest("cancelled") as "cancelled",
                          unnest("moved") as "moved", unnest("moved_overdue") as "moved_overdue"
                        from dossier_sums_log
                        where rollup = 'dossier_sums_by_procedure_day'
                      ) as logged
                  ) as cells
                where
                  province_code = any (array(select id from units where parent is null))
                  and "slice" = any ($6::date[])
                  and "slice" <> all ($7::date[])
                union all
                select
                  "procedure", "day" as day, "received_online", "received_direct", "received_postal",
                  "resolved_early", "resolved_on_time", "resolved_overdue", "became_overdue",
                  "no_longer_overdue", "due", "due_in_time", "cancelled", "moved", "moved_overdue"
                from
                  (
                    select
                      "province_code", "procedure", "level", "field", "day",
                      coalesce("received_online", 0) as "received_online",
                      coalesce("received_direct", 0) as "received_direct",
                      coalesce("received_postal", 0) as "received_postal",
                      coalesce("resolved_early", 0) as "resolved_early",
                      coalesce("resolved_on_time", 0) as "resolved_on_time",
                      coalesce("resolved_overdue", 0) as "resolved_overdue",
                      coalesce("became_overdue", 0) as "became_overdue",
                      coalesce("no_longer_overdue", 0) as "no_longer_overdue", coalesce("due", 0) as "due",
                      coalesce("due_in_time", 0) as "due_in_time", coalesce("cancelled", 0) as "cancelled",
                      coalesce("moved", 0) as "moved", coalesce("moved_overdue", 0) as "moved_overdue"
                    from
                      (
                        select
                          "province_code", "day", unnest("procedures") as "procedure",
                          unnest("levels") as "level", unnest("fields") as "field",
                          unnest("received_online") as "received_online",
                          unnest("received_direct") as "received_direct",
                          unnest("received_postal") as "received_postal",
                          unnest("resolved_early") as "resolved_early",
                          unnest("resolved_on_time") as "resolved_on_time",
                          unnest("resolved_overdue") as "resolved_overdue",
                          unnest("became_overdue") as "became_overdue",
                          unnest("no_longer_overdue") as "no_longer_overdue", unnest("due") as "due",
                          unnest("due_in_time") as "due_in_time", unnest("cancelled") as "cancelled",
                          unnest("moved") as "moved", unnest("moved_overdue") as "moved_overdue"
                        from "dossier_sums_by_procedure_day"
                      ) as cells
                    union all
                    select
                      province_code, "procedure", "level", "field", "day",
                      coalesce("received_online", 0) as "received_online",
                      coalesce("received_direct", 0) as "received_direct",
                      coalesce("received_postal", 0) as "received_postal",
                      coalesce("resolved_early", 0) as "resolved_early",
                      coalesce("resolved_on_time", 0) as "resolved_on_time",
                      coalesce("resolved_overdue", 0) as "resolved_overdue",
                      coalesce("became_overdue", 0) as "became_overdue",
                      coalesce("no_longer_overdue", 0) as "no_longer_overdue", coalesce("due", 0) as "due",
                      coalesce("due_in_time", 0) as "due_in_time", coalesce("cancelled", 0) as "cancelled",
                      coalesce("moved", 0) as "moved", coalesce("moved_overdue", 0) as "moved_overdue"
                    from
                      (
                        select
                          province_code, unnest("procedures") as "procedure", unnest("levels") as "level",
                          unnest("fields") as "field", unnest("times") as "day",
                          unnest("received_online") as "received_online",
                          unnest("received_direct") as "received_direct",
                          unnest("received_postal") as "received_postal",
                          unnest("resolved_early") as "resolved_early",
                          unnest("resolved_on_time") as "resolved_on_time",
                          unnest("resolved_overdue") as "resolved_overdue",
                          unnest("became_overdue") as "became_overdue",
                          unnest("no_longer_overdue") as "no_longer_overdue", unnest("due") as "due",
                          unnest("due_in_time") as "due_in_time", unnest("cancelled") as "cancelled",
                          unnest("moved") as "moved", unnest("moved_overdue") as "moved_overdue"
                        from dossier_sums_log
                        where rollup = 'dossier_sums_by_procedure_day'
                      ) as logged
                  ) as cells
                where
                  province_code = any (array(select id from units where parent is null))
                  and "day" = any ($8::date[])
              ) as days
            where day <= $9::date
          ) as days on day <= ends_on
        group by "procedure"
      )
    select
      "procedure", "received_online", "received_direct", "received_postal", "resolved_early",
      "resolved_on_time", "resolved_overdue", "due", "due_in_time", "cancelled", "moved", "moved_overdue",
      "carried_over", "pending_overdue"
    from summed
  ) as sums
where (((carried_over + greatest(moved, 0)) + received_online + received_direct) > 0 or due > 0)
-- $1 null
-- $2 "2021-07-05"
-- $3 "2021-07-16"
-- $4 "2021-07-16"
-- $5 ["2021-07-01"]
-- $6 ["2021-07-01","2021-07-15","2021-08-01","2021-08-15","2021-09-01"]
-- $7 ["2021-07-01","2021-07-15"]
-- $8 ["2021-07-01","2021-07-02","2021-07-03","2021-07-04","2021-07-05","2021-07-06","2021-07-07","2021-07-08","2021-07-09","2021-07-10","2021-07-11","2021-07-12","2021-07-13","2021-07-14","2021-07-15","2021-07-16","2021-07-17","2021-07-18","2021-07-19","2021-07-20","2021-07-21","2021-07-22","2021-07-23","2021-07-24","2021-07-25","2021-07-26","2021-07-27","2021-07-28","2021-07-29","2021-07-30","2021-07-31"]
-- $9 "2021-07-16"
