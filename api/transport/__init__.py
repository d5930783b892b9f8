"""How clients reach the API: GraphQL over HTTP, event streams, multipart and WebSocket, and JSON.

doors          opens all of them on the application
endpoint       `/graphql`: http_door (with streaming, framing) and subscriptions (WebSocket)
engine         runs an operation; every door writes its results
json_door      `/chat` and `/`
probes, metrics_door   `/healthz`, `/readyz` and `/metrics`
graphiql, swagger   the pages for people
documents, recorded, shape   query texts: kept, recorded, measured
limits, bodies, frames, origins, sending, presence, slots, connections   guards
faults, refusals, problems   what goes wrong, as clients see it
"""
