-- Requests out of a file, one a line, each once: METHOD, path, bearer token, idempotency key and body, parted by tabs. What came of them is
-- the last line, for the program that runs this. Given to wrk 4.1, which corrects its latencies for what a client that waits does not ask.
local lines, at = {}, 0

function init(arguments)
  for line in io.lines(arguments[1]) do
    lines[#lines + 1] = line
  end
end

function request()
  at = at % #lines + 1
  local method, path, token, key, body = lines[at]:match("^(%u+)\t([^\t]*)\t([^\t]*)\t([^\t]*)\t(.*)$")
  local headers = { ["Authorization"] = "Bearer " .. token }
  if body ~= "" then headers["Content-Type"] = "application/json" end
  if key ~= "" then headers["Idempotency-Key"] = key end
  return wrk.format(method, path, headers, body ~= "" and body or nil)
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format("\nRESULT %d %d %d %d %d\n", summary.requests, summary.duration,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout,
    latency:percentile(50), latency:percentile(99)))
end
