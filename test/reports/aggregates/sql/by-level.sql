-- What do the units of each level report together?
-- GET /v1/indicator-values?group_by=level&period=2021-H1
with
  rules as materialized (
    select *
    from
      json_to_recordset($1::json) as rules (
        form text, indicator text, rule text, value text, numerator text, denominator text, choices integer[],
        levels text[]
      )
  ),
  asked as (select code, starts_on, ends_on from periods where code = any ($2)),
  standing as materialized (
    select
      asked.code as period, asked.ends_on, units.id as unit, units.province_code, versions.level,
      versions.path
    from
      asked
      cross join units
      join unit_versions as versions on versions.unit = units.id
      and least(greatest(asked.ends_on, units.valid_from), coalesce(units.valid_to, 'infinity')) between versions.valid_from and coalesce(versions.valid_to, 'infinity')
    where
      units.valid_from <= asked.ends_on
      and coalesce(units.valid_to, 'infinity') >= asked.starts_on
      and cardinality(versions.path) > 1
      and true
  ),
  sent as materialized (
    select province_code, unit, period as reported_in, form, true as is_sent
    from submissions
    where
      form in (select form from rules)
      and period in (
        select code
        from periods
        where
          ends_on between (select min(ends_on) from asked) - $3::integer and (select max(ends_on) from asked)
      )
      and (
        stage <> 'draft'
        or (reopened_from <> 'draft' and reopened_until <= $4::timestamptz and not changed)
      )
  ),
  facts as materialized (
    select
      rules.form, rules.indicator, rule, choices, levels, standing.period, standing.unit, standing.level,
      path, standing.province_code, standing.period as reported_in, number, numerators.numerator::numeric,
      numerators.denominator::numeric, choice
    from
      rules
      join indicator_values as numerators on numerators.form = rules.form
      and numerators.indicator = value
      join standing using (province_code, unit, period)
    where
      state = 'reported'
      and rules.numerator is null
      and rule <> 'latest'
    union all
    select
      rules.form, rules.indicator, rule, choices, levels, standing.period, standing.unit, standing.level,
      path, standing.province_code, standing.period, null, numerators.number, denominators.number, null
    from
      rules
      join indicator_values as numerators on numerators.form = rules.form
      and numerators.indicator = rules.numerator
      join standing using (province_code, unit, period)
      join indicator_values as denominators on denominators.province_code = standing.province_code
      and denominators.unit = standing.unit
      and denominators.period = standing.period
      and denominators.form = rules.form
      and denominators.indicator = rules.denominator
    where num_nonnulls (numerators.number, denominators.number) = 2
    union all
    (
      select distinct
        on (rules.form, rules.indicator, standing.period, standing.unit) rules.form, rules.indicator, rule,
        choices, levels, standing.period, standing.unit, standing.level, path, standing.province_code,
        told.code, number, null, null, null
      from
        rules
        join indicator_values as stored on stored.form = rules.form
        and stored.indicator = value
        join periods as told on told.code = stored.period
        join standing on standing.province_code = stored.province_code
        and standing.unit = stored.unit
        and told.ends_on between standing.ends_on - $5::integer and standing.ends_on
      where
        state = 'reported'
        and rule = 'latest'
      order by
        rules.form, rules.indicator, standing.period, standing.unit, told.ends_on desc, told.starts_on desc,
        told.code
    )
  ),
  expected as (
    select period, level, count(*)::integer as units_expected
    from standing
    group by period, level
  ),
  paths as materialized (
    select standing.period, standing.unit, standing.level, parents.unit as above
    from
      standing
      cross join unnest(path) as parents (unit)
    where parents.unit <> standing.unit
  ),
  nested as materialized (
    select paths.period, paths.unit, paths.above
    from
      paths
      join standing as higher on (higher.period, higher.unit, higher.level) = (paths.period, paths.above, paths.level)
  ),
  covered as materialized (
    select distinct period, form, indicator, level, nested.unit
    from
      nested
      join facts using (period)
    where facts.unit = nested.above
  ),
  stood_for as (
    select period, form, indicator, level, count(*)::integer as units_covered
    from covered
    group by period, form, indicator, level
  )
select
  period, form, indicator, level, case when rule = 'units_with_choice' then choice end as choice,
  case
    when rule = 'units_with_choice' then count(*) filter (where choices is null or choice = any (choices))
    when rule <> 'ratio_of_sums' then sum(number)
  end as number,
  sum(numerator) as numerator, sum(denominator) as denominator,
  sum(count(*)) over (partition by period, form, indicator, level)::integer as units_reported,
  sum(count(is_sent)) over (partition by period, form, indicator, level)::integer as units_submitted,
  units_expected - coalesce(units_covered, 0) as units_expected
from
  facts
  join expected using (period, level)
  left join stood_for using (period, form, indicator, level)
  left join covered using (period, form, indicator, level, unit)
  left join sent using (province_code, unit, reported_in, form)
where covered.unit is null
group by
  period, form, indicator, level, rule, case when rule = 'units_with_choice' then choice end, units_expected,
  units_covered
-- $1 "[{\"form\":\"cchc-2021\",\"indicator\":\"4.1.4.c\",\"rule\":\"sum\",\"value\":\"4.1.4.c\",\"numerator\":null,\"denominator\":null,\"choices\":null,\"levels\":[\"district\"]}]"
-- $2 ["2021-H1"]
-- $3 365
-- $4 "2021-06-15T01:00:00.000Z"
-- $5 365
