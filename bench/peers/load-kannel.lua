-- One SMS after the other to Kannel's HTTP interface, to as many contacts as load.lua has, and the result as one JSON object.
local contacts = tonumber(os.getenv('CONTACTS'))
local first = tonumber(os.getenv('FIRST_CONTACT'))
local query = os.getenv('QUERY')
local sent = 0

function request()
  sent = sent + 1
  local to = string.format('%.0f', first + sent % contacts)
  return wrk.format('GET', query .. '&to=' .. to .. '&text=Your+code+is+482913.+It+is+good+for+ten+minutes.')
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '\n{"answered":%d,"perSecond":%.1f,"p50Ms":%.3f,"p99Ms":%.3f,"errors":%d,"timeouts":%d,"refused":%d}\n',
    summary.requests - errors.status, (summary.requests - errors.status) / summary.duration * 1e6,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout, errors.timeout,
    errors.connect + errors.read + errors.write + errors.status))
end
