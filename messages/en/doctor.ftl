# The findings of `zafu doctor`, one line each: what was checked, then its state or what is wrong and what to do.

doctor-ok = ok    { $what }: { $state }
# $problem is a whole sentence.
doctor-problem = look  { $what }: { $problem }

## What was checked

doctor-version = version
doctor-folder = data folder
doctor-logs = logs
doctor-engine = engine
doctor-database = database
doctor-rescued = rescued database
doctor-sound = sound
doctor-notifications = notifications
doctor-keychain = keychain
doctor-server = server
doctor-tray = tray

## States in which nothing is to be done: a name, a path or a few words

doctor-value = { $value }
doctor-folder-later = { $folder } (created when it is needed)
doctor-engine-running = running
doctor-engine-stopped = not running
doctor-database-intact = intact
doctor-database-older = of an older Zafu, upgraded when it is used
doctor-database-none = nothing was saved yet
doctor-service-present = available
doctor-keychain-usable = can be used
doctor-server-ready = set up for Zafu
doctor-server-signed-out = no account is signed in, and none is needed
doctor-system = part of the system

## Problems. $reason is a technical text from the system, in English.

doctor-rescued-found = While the database was open, another file took its place. What was saved then is in { $path }. `zafu restore { $path }` restores it and keeps what is there now. If you have done that, move the file to another folder.
doctor-bus = The services of the desktop cannot be reached ({ $reason }). Start Zafu from a desktop session.
doctor-notifications-none = There is no notification service. Install one, for example dunst or mako.
# $remedy is one of the two sentences below.
doctor-keychain-unusable = The keychain cannot be used ({ $reason }), so you stay signed in only until Zafu quits. { $remedy }
doctor-keychain-install = Install gnome-keyring or KWallet, and start it with the desktop.
doctor-keychain-unlock = Unlock it, and let Zafu use it.
doctor-server-unknown = The server was not checked, because the database cannot be read.
doctor-server-problem = The server is not set up for Zafu, so nothing is uploaded and everything is kept ({ $reason }). The project’s administrator must repair it: see supabase/README.md.
doctor-tray-library = libayatana-appindicator3 is not installed. Install it to have an icon in the tray.
doctor-tray-none = This desktop has no tray. On GNOME install the AppIndicator extension. Without a tray, open Zafu again to show its window.
