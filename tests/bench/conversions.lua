-- Conversions of `cargo bench-edge`, one a post, for wrk:
--   wrk -t1 -s conversions.lua ADDRESS -- PATH KEY CODE PREFIX
-- Each has its own order and its own friend.

local number = 0

function init(arguments)
  path, key, code, prefix = arguments[1], arguments[2], arguments[3], arguments[4]
  headers = { ["Authorization"] = "Bearer " .. key, ["Content-Type"] = "application/json" }
end

function request()
  number = number + 1
  local body = ('{"event":"purchase","external_id":"%s-%d","customer":{"external_id":"%s-%d","email":"%s-%d@example.com"},'
    .. '"value":{"amount":12000,"currency":"USD"},"attribution":{"code":"%s"}}')
    :format(prefix, number, prefix, number, prefix, number, code)
  return wrk.format("POST", path, headers, body)
end
