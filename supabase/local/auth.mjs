// Supabase's auth server on this machine, with a database of its own: in a shared one it would replace
// auth.uid() and grant everything to everyone. What a real project has in one database is mirrored: each
// account that an answer names has its row in auth.users of the main database before the answer goes out.
//
// Mail is not sent, but listed at /mailbox.

import { createAdaptorServer } from "@hono/node-server";
import { App, InMemoryEmailDriver } from "@supabase/lite";
import { createPostgresConnection } from "@supabase/lite/postgres";
import postgres from "postgres";

const { ZAFU_SOCKETS: host, ZAFU_JWT_SECRET: jwt_secret, ZAFU_JWT_EXPIRY, ZAFU_LISTEN, ZAFU_SITE, ZAFU_CONFIRMS } =
	process.env;
const onSockets = { host, port: 5432, username: "supabase_admin", onnotice: () => {} };
const main = postgres({ ...onSockets, database: "postgres", username: "supabase_auth_admin", max: 2 });
const mailbox = new InMemoryEmailDriver();
const app = new App({
	connection: createPostgresConnection({
		url: "postgres://supabase_admin@localhost/auth",
		postgresOptions: { ...onSockets, database: "auth" },
	}),
	auth: {
		enabled: true,
		jwt_secret,
		jwt_expiry: Number(ZAFU_JWT_EXPIRY),
		site_url: ZAFU_SITE,
		minimum_password_length: 8,
		email: { enable_confirmations: Boolean(ZAFU_CONFIRMS) },
	},
	// The gateway has looked at the key.
	options: { server: { apiKeys: false }, drivers: { email: mailbox } },
});
await app.init();
await app.ensureSystemSchema();

const ask = (request) => app.fetch(request, { peerAddress: null });

// Supabase takes the type "email" for a code whichever mail it came in; this server knows only the two kinds.
async function verify(request) {
	const said = await request.json().catch(() => ({}));
	const types = said?.type === "email" ? ["magiclink", "signup"] : [said?.type];
	const { url, method, headers } = request;
	let response;
	for (const type of types) {
		response = await ask(new Request(url, { method, headers, body: JSON.stringify({ ...said, type }) }));
		if (response.ok) break;
	}
	return response;
}

async function answer(request) {
	const { pathname } = new URL(request.url);
	if (pathname === "/mailbox") {
		return Response.json([...mailbox.messages.values()].flat());
	}
	const isVerify = request.method === "POST" && pathname === "/auth/v1/verify";
	const response = await (isVerify ? verify(request) : ask(request));
	const said = await response
		.clone()
		.json()
		.catch(() => null);
	const user = said?.user ?? said;
	if (response.ok && user?.id && user.email) {
		await main`insert into auth.users (id, email) values (${user.id}, ${user.email})
			on conflict (id) do update set email = excluded.email
			where users.email is distinct from excluded.email`;
	}
	return response;
}

createAdaptorServer({ fetch: answer }).listen(ZAFU_LISTEN);
