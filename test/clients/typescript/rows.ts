// What each client posts. No types: each client checks them against those that it generated.
export const { BASE_URL: baseUrl = '', KEY: key = '' } = process.env

export const row = {
  unit: 'H56-380', period: '2021-Q4', source: 'one-stop', field: 'land', received_online: 120, received_direct: 800,
  carried_over: 80, resolved_in_time: 900, resolved_overdue: 20, pending_overdue: 5
}

export const lines = [4, 'unknown-status'].map((status, n) => `${JSON.stringify({
  code: `client-${n}`, unit: 'H56-380', procedure: '1.001612', channel: 'online', status,
  received_at: '2021-05-31T08:00:00+07:00', updated_at: '2021-05-31T08:05:00+07:00'
})}\n`).join('')
