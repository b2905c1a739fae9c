// Supabase's own client, which knows nothing of Zafu. It signs in and performs the actions that it reads from standard
// input, one line of JSON for each action and each result. It tests the backend independently of the app's own client.

import { createInterface } from "node:readline";
import { createClient } from "@supabase/supabase-js";

const { ZAFU_URL, ZAFU_KEY, ZAFU_EMAIL, ZAFU_PASSWORD } = process.env;
const client = createClient(ZAFU_URL, ZAFU_KEY, {
	auth: { persistSession: false, autoRefreshToken: false },
	// Node 20 has no WebSocket, and this script does not use realtime.
	realtime: { transport: class {} },
});
if (ZAFU_EMAIL) {
	const { error } = await client.auth.signInWithPassword({ email: ZAFU_EMAIL, password: ZAFU_PASSWORD });
	if (error) throw error;
}

const sessions = () => client.from("sessions");
const can = {
	read: () => sessions().select("*").order("id"),
	insert: ({ rows }) => sessions().insert(rows).select(),
	upsert: ({ rows }) => sessions().upsert(rows).select(),
	update: ({ id, change }) => sessions().update(change).eq("id", id).select(),
	remove: ({ id }) => sessions().delete().eq("id", id).select(),
	call: ({ name, body }) => client.rpc(name, body),
};

for await (const line of createInterface({ input: process.stdin })) {
	const { what, ...how } = JSON.parse(line);
	const { data, error, status } = await can[what](how);
	console.log(JSON.stringify({ data, code: error?.code ?? null, status }));
}
