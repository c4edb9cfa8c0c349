-- Sends requests that were signed beforehand, each once: a file of lines `id signature body`. Threads: one.
local lines, at = {}, 0
function init(args)
  for line in io.lines(args[1]) do lines[#lines + 1] = line end
end
function request()
  at = at + 1
  local line = lines[at]
  if not line then return wrk.format('GET', '/healthz') end
  local id, signature, body = line:match('^(%S+) (%S+) (.*)$')
  return wrk.format('POST', nil, { ['Content-Type'] = 'application/json', ['X-GitHub-Event'] = 'issues', ['X-GitHub-Delivery'] = id, ['X-Hub-Signature-256'] = signature }, body)
end
function response(status)
  if status >= 300 then wrk.thread:stop() end
end
done = dofile((debug.getinfo(1, 'S').source:sub(2):gsub('[^/]*$', '')) .. 'summary.lua')
