import { forEachDatabase } from '../database.ts'
forEachDatabase('probe', async (t, { get, app, post }) => {
  for (const url of [
    '/v1/units/%00', '/v1/units/%ED', '/v1/units/%ZZ', `/v1/units/${'a'.repeat(200)}`, '/v1/units?q=%00', '/v1/units?q=%ED%A0%80', '/v1/units?q=%ff',
    '/v1/periods?date=0000-01-01', '/v1/periods?date=9999-12-31', '/v1/units?as_of=0000-01-01', '/v1/units?__proto__=1', '/v1/units?limit=1&limit=2',
    '/v1/units?descendants=', '/v1/units?year=', '/v1/periods?year=', '/v1/periods?year=2021,x', '/v1/units?q=', '/v1/units?limit=', '/v1/units?limit=1e3',
    `/v1/fields?cursor=${Buffer.from('["position,code",1.5,"x"]').toString('base64url')}`,
    `/v1/fields?cursor=${Buffer.from('["position,code",1e300,"x"]').toString('base64url')}`,
    `/v1/fields?cursor=${Buffer.from('["position,code",null,null]').toString('base64url')}`,
    `/v1/on-time?period=2021-Q3&group_by=unit&sort=on_time_percent&cursor=${Buffer.from('["on_time_percent,unit",null,"x"]').toString('base64url')}`,
    `/v1/on-time?period=2021-Q3&group_by=unit&sort=resolved&cursor=${Buffer.from('["resolved,unit",1.5,"x"]').toString('base64url')}`,
    `/v1/on-time?period=2021-Q3&group_by=unit&sort=units_reported&cursor=${Buffer.from('["units_reported,unit",1.5,"x"]').toString('base64url')}`,
    `/v1/on-time?period=2021-Q3&sort=resolved,-resolved`,
    '/v1/levels?format=csv', '/nowhere', '/v1/units?q=' + 'a'.repeat(101)
  ]) {
    const { status, text, headers } = await get(url)
    console.error(status, url.slice(0, 60), String(headers['content-type']), text.slice(0, 300))
  }
  for (const [h, p] of [[{}, 'x'], [{ 'content-type': 'text/json' }, '{}'], [{ 'content-type': 'application/json' }, ''], [{ 'content-type': 'application/json; charset=utf-16' }, '{"items":[]}'], [{ 'content-type': 'application/json', 'content-encoding': 'gzip' }, '{"items":[]}'], [{ 'content-type': 'application/json', 'content-encoding': 'bogus' }, '{"items":[]}'], [{}, undefined], [{ 'content-type': 'application/json; charset="' }, '{"items":[]}'], [{ 'content-type': 'garbage' }, '{"items":[]}'], [{ 'content-type': 'application/json', 'content-length': '5' }, '{"items":[]}']] as [any, any][]) {
    const r = await app.inject({ method: 'POST', url: '/v1/procedures', headers: h, payload: p })
    console.error(r.statusCode, JSON.stringify(h), r.headers['content-type'], r.body.slice(0, 300))
  }
  const r = await app.inject({ method: 'HEAD', url: '/v1/levels' })
  console.error(r.statusCode, r.headers)
  console.error((await get('/v1/levels')).headers)
  console.error((await get('/v1/units', { accept: 'text/html, */*;q=0.1' })).headers['content-type'])
  console.error((await get('/v1/units', { accept: 'text/csv;q=0.5, application/json;q=0.2' })).headers)
  const base = { code: '9.1', name: 'x', field: 'land', level: 'district', interlinked: 'none', valid_from: '0000-01-01' }
  console.error((await post('/v1/procedures', { items: [base] })).text)
})
