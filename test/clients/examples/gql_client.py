import asyncio
import os

from gql import Client, gql
from gql.transport.aiohttp import AIOHTTPTransport
from gql.transport.websockets import WebsocketsTransport

url = os.environ["WAYBILL_URL"]  # such as http://127.0.0.1:4000/graphql
authorization = f"Bearer {os.environ['WAYBILL_KEY']}"

names = gql("query { processes(first: 2) { nodes { name } } }")
register = gql(
    """
    mutation ($name: String!) {
      registerProcess(input: { name: $name, type: "load", tool: "python" }) {
        process { name createdBy { name } }
      }
    }
    """
)
cursor = gql("query { changesCursor }")
changes = gql("subscription ($after: String) { changes(after: $after) { cursor event { subjectName field } } }")


async def by_http():
    transport = AIOHTTPTransport(url, headers={"Authorization": authorization})
    async with Client(transport=transport, fetch_schema_from_transport=True) as session:
        register.variable_values = {"name": "by python, http"}
        print((await session.execute(register))["registerProcess"]["process"])
        print((await session.execute(names))["processes"]["nodes"])


async def by_websocket():
    transport = WebsocketsTransport(url.replace("http", "ws", 1), init_payload={"Authorization": authorization})
    async with Client(transport=transport) as session:
        changes.variable_values = {"after": (await session.execute(cursor))["changesCursor"]}
        register.variable_values = {"name": "by python, websocket"}
        print((await session.execute(register))["registerProcess"]["process"])
        async for result in session.subscribe(changes):
            print(result["changes"]["event"])
            break


asyncio.run(by_http())
asyncio.run(by_websocket())
