-- The requests of `script/bench growth`: wrk ... -s bench-growth.lua URL -- <path> <file>
-- The file has a line for each of 64 users, spread over all: address, access token, refresh token.
local users, turn, path = {}, 0, nil
local password = os.getenv("BENCH_PASSWORD")

function init(args)
  path = args[1]
  for line in io.lines(args[2]) do
    local email, access, refresh = line:match("(%S+) (%S+) (%S+)")
    users[#users + 1] = { email = email, access = access, refresh = refresh }
  end
  math.randomseed(os.time())
end

local function get(address, user)
  return wrk.format("GET", address, { Authorization = "Bearer " .. user.access })
end

local function post(address, body)
  return wrk.format("POST", address, { ["Content-Type"] = "application/json" }, body)
end

-- The first user is an admin. One in three of the texts matches a few users, one many, one none.
local searches = { "lopez%20m", "maria", "zzzz" }

local requests = {
  me = function(user) return get("/api/auth/me", user) end,
  devices = function(user) return get("/api/auth/sessions", user) end,
  search = function() return get("/api/admin/users?q=" .. searches[turn % 3 + 1], users[1]) end,
  refresh = function() return post("/api/auth/refresh", '{"refresh_token":"' .. table.remove(users, 1).refresh .. '"}') end,
  ["sign-in"] = function(user)
    return post("/api/auth/login", '{"email":"' .. user.email .. '","password":"' .. password .. '"}')
  end,
  register = function()
    local email = string.format("new%d-%d@example.org", math.random(1e9), turn)
    return post("/api/auth/register", '{"email":"' .. email .. '","password":"' .. password .. '"}')
  end,
  ["forgot-password"] = function(user) return post("/api/auth/forgot-password", '{"email":"' .. user.email .. '"}') end,
}

function request()
  turn = turn + 1
  return requests[path](users[turn % #users + 1])
end

-- Each refresh token that is returned replaces the one that was sent.
function response(_, _, body)
  local refresh = path == "refresh" and body:match('"refresh_token":"([^"]+)"')
  if refresh then users[#users + 1] = { refresh = refresh } end
end
