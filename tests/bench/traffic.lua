-- The traffic of `cargo bench-edge`, for wrk:
--   wrk -t1 --latency -s traffic.lua ADDRESS -- FILE [CONNECTIONS]
-- FILE holds whole requests, one after the other. They are read before the clock starts, which holds for one thread
-- only; under load nothing is built any more. With CONNECTIONS, latencies are also told as they were measured.

local requests, at = {}, 0
local sender

function setup(thread)
  sender = thread
end

function init(arguments)
  connections = tonumber(arguments[2]) -- global: `done` asks this thread for it
  local source = assert(io.open(arguments[1], "rb"))
  local text = source:read("*a")
  source:close()
  local from = 1
  while true do
    local _, to = text:find("\r\n\r\n", from, true)
    if not to then break end
    requests[#requests + 1] = text:sub(from, to)
    from = to + 1
  end
  assert(#requests > 0, "there is no request in " .. arguments[1])
end

function request()
  at = at % #requests + 1
  return requests[at]
end

-- wrk adds latencies that it did not measure: for each slow answer, those that a client with a steady pace would have
-- seen meanwhile. What it added follows from what it measured, so it can be taken out again, the slowest first.
local function measured(latency, expected)
  local values, counts = {}, {}
  for place = 1, #latency do
    local value, count = latency(place)
    values[place], counts[value] = value, count
  end
  for place = #values, 1, -1 do
    local value = values[place]
    if value < expected * 2 then break end
    for added = value - expected, expected + 1, -expected do
      counts[added] = (counts[added] or 0) - counts[value]
    end
  end
  return values, counts
end

function done(summary, latency)
  local held = sender:get("connections")
  local turns = held and math.floor(summary.requests / held) or 0
  if turns == 0 then return end
  local values, counts = measured(latency, math.floor(summary.duration / turns))
  local total = summary.requests - summary.errors.timeout
  local seen, shown = 0, 1
  local shares = { 50, 99 }
  for _, value in ipairs(values) do
    seen = seen + counts[value]
    while shares[shown] and seen * 100 >= total * shares[shown] do
      print(("Measured %d%%: %dus"):format(shares[shown], value))
      shown = shown + 1
    end
  end
  -- Another number means that this wrk reckons differently from the one that this was written for.
  print(("Measured in all: %d of %d"):format(seen, total))
end
