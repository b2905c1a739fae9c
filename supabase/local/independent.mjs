// A client that knows nothing of Zafu: Supabase's own. It signs in like anybody, and does what it is told, a line of
// JSON for each question and each answer. It is there to contradict: what the app and the backend agree on between
// themselves could still be wrong.

import { createInterface } from "node:readline";
import { createClient } from "@supabase/supabase-js";

const { ZAFU_URL, ZAFU_KEY, ZAFU_EMAIL, ZAFU_PASSWORD } = process.env;
const client = createClient(ZAFU_URL, ZAFU_KEY, {
	auth: { persistSession: false, autoRefreshToken: false },
	// Nothing is listened for; Node 20 has no web sockets of its own.
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
	call: ({ name, said }) => client.rpc(name, said),
};

for await (const line of createInterface({ input: process.stdin })) {
	const { what, ...how } = JSON.parse(line);
	const { data, error, status } = await can[what](how);
	console.log(JSON.stringify({ data, code: error?.code ?? null, status }));
}
