// Runs Supabase's auth server on this machine, with a separate database: in the main one it would replace auth.uid() and
// grant everything to every role. Each account that a response contains is copied to auth.users of the main database
// before the response is sent.
//
// Mails are not sent, but listed at /mailbox.

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
	// The gateway has checked the key.
	options: { server: { apiKeys: false }, drivers: { email: mailbox } },
});
await app.init();
await app.ensureSystemSchema();

const forward = (request) => app.fetch(request, { peerAddress: null });

// Supabase accepts the type "email" for a code of any mail; this server only accepts the exact type.
async function verify(request) {
	const body = await request.json().catch(() => ({}));
	const types = body?.type === "email" ? ["magiclink", "signup"] : [body?.type];
	const { url, method, headers } = request;
	let response;
	for (const type of types) {
		response = await forward(new Request(url, { method, headers, body: JSON.stringify({ ...body, type }) }));
		if (response.ok) break;
	}
	return response;
}

async function respond(request) {
	const { pathname } = new URL(request.url);
	if (pathname === "/mailbox") {
		return Response.json([...mailbox.messages.values()].flat());
	}
	const isVerify = request.method === "POST" && pathname === "/auth/v1/verify";
	const response = await (isVerify ? verify(request) : forward(request));
	const body = await response
		.clone()
		.json()
		.catch(() => null);
	const user = body?.user ?? body;
	if (response.ok && user?.id && user.email) {
		await main`insert into auth.users (id, email) values (${user.id}, ${user.email})
			on conflict (id) do update set email = excluded.email
			where users.email is distinct from excluded.email`;
	}
	return response;
}

createAdaptorServer({ fetch: respond }).listen(ZAFU_LISTEN);
