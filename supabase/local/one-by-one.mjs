// Inserts one session per request with supabase-js, as a baseline for Zafu's sync. Prints seconds.

import { randomUUID } from "node:crypto";
import { createClient } from "@supabase/supabase-js";

const { url, key, token } = JSON.parse(process.env.ZAFU_ACCOUNT);
const requests = Number(process.argv[2]);
// Node 20 has no WebSocket, and this script does not use realtime.
const realtime = { transport: class {} };
const client = createClient(url, key, { accessToken: async () => token, realtime });
const device = randomUUID();

async function insert() {
	const { error } = await client.from("sessions").insert({
		id: randomUUID(),
		startedat: "2026-03-01T06:00:00.000Z",
		sitlength: 1200,
		satlength: 1200,
		iscompleted: true,
		completedat: "2026-03-01T06:20:00.000Z",
		endedat: "2026-03-01T06:20:00.000Z",
		createdat: "2026-03-01T06:00:00.000Z",
		utcoffset: 60,
		deviceid: device,
		source: "timer",
		label: "Zazen",
		detailsdevice: device,
		deletiondevice: device,
	});
	if (error) throw new Error(JSON.stringify(error));
}

// Warm-up: connections and compilation.
for (let warm = 0; warm < 50; warm++) await insert();
const start = performance.now();
for (let request = 0; request < requests; request++) await insert();
console.log((performance.now() - start) / 1000);
