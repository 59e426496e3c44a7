-- The health of a VmTpmState for Argo CD, as docs/gitops.md says how to configure.
-- It reads what kstatus reads, in the same order, so that Argo CD, Flux and Helm come to one answer.
local function condition(name)
  local status = obj.status
  if status ~= nil and status.conditions ~= nil then
    for _, c in ipairs(status.conditions) do
      if c.type == name then
        return c
      end
    end
  end
  return nil
end

local function is(c, value)
  return c ~= nil and c.status == value
end

local function health(status, c)
  return { status = status, message = c.reason .. ": " .. c.message }
end

if obj.metadata.deletionTimestamp ~= nil then
  local ready = condition("Ready")
  if is(ready, "False") then
    return health("Progressing", ready)
  end
  return { status = "Progressing", message = "It is being deleted." }
end

-- What is said of an older generation says nothing of this one.
if obj.status == nil or obj.status.observedGeneration ~= obj.metadata.generation then
  return { status = "Progressing", message = "The operator has not looked at it yet." }
end

local ready = condition("Ready")
local stalled = condition("Stalled")
local reconciling = condition("Reconciling")

if is(stalled, "True") then
  return health("Degraded", stalled)
end
-- Nothing is under way until somebody defines the domain: what Argo CD calls suspended.
if is(ready, "False") and ready.reason == "DomainNotFound" then
  return health("Suspended", ready)
end
if is(reconciling, "True") then
  return health("Progressing", reconciling)
end
if is(ready, "True") then
  return health("Healthy", ready)
end
if is(ready, "False") then
  return health("Degraded", ready)
end
return { status = "Progressing", message = "It is not known yet whether it is ready." }
