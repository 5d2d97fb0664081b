-- What load.mjs sends where wrk is installed: one SMS after the other, to as many contacts, and the result as one JSON object.
local contacts = tonumber(os.getenv('CONTACTS'))
local first = tonumber(os.getenv('FIRST_CONTACT'))
local sent = 0
local headers = { ['Content-Type'] = 'application/json' }
if os.getenv('BENCH_KEY') then headers['Authorization'] = 'Bearer ' .. os.getenv('BENCH_KEY') end

function request()
  sent = sent + 1
  local body = string.format(
    '{"contact":"+%.0f","subject":"Hello","message":"Your code is 482913. It is good for ten minutes."}',
    first + sent % contacts)
  return wrk.format('POST', '/smss', headers, body)
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
