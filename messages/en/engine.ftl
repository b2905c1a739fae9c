# Errors of the engine and of the connection to it. A reason is technical text from the system, in English.

engine-stopping = Zafu is stopping. Everything that was saved is kept. Start Zafu again.
engine-fault = A part of Zafu failed ({ $reason }). Everything that was saved is kept. Try again, and report this if it happens again.
engine-unreachable = The running Zafu cannot be reached ({ $reason }). Nothing was changed. Try again.
engine-folder-held = Zafu is already running with the data folder { $path }, but it cannot be reached. Nothing was changed. End it, then try again.
engine-not-responding = The running Zafu has not responded for { $seconds } seconds: it is suspended, or it waits for a disk. Everything that was saved is kept, and the request may still be carried out later. Let Zafu continue, or end it and start it again.
engine-other-version = The running Zafu is of another version ({ $reason }). Quit it and start it again.
engine-request-not-understood = This request is not understood ({ $reason }). Check that `zafu` and the app have the same version.
engine-preset-missing = There is no preset with the ID { $id }. It may have been deleted.
engine-preset-unknown = There is no preset “{ $name }”. The presets are: { $presets }.
engine-preset-none = There is no preset “{ $name }”. There are no presets yet.
engine-keep-awake = The computer may go to sleep during the sit ({ $reason }). The sit continues. If it is interrupted, Zafu will ask you about the gap.
engine-notification = The notification could not be shown ({ $reason }). Nothing else is affected. Run `zafu doctor` to see what is missing.
engine-file-not-written = { $file } could not be written ({ $reason }). Nothing else was changed.
engine-no-window = Zafu runs in a terminal, without a window. Nothing was changed. Open the link again after the sit, or run `zafu partner join -` and paste it there.
engine-not-a-time = “{ $text }” is not a time with a UTC offset, such as 2026-03-01T06:30:00+01:00. Nothing was changed. Enter the date and the time again.
engine-not-a-picture = “{ $name }” is not the name of a picture. Nothing was saved.
engine-no-such-change = This change can no longer be undone, because many others were made since. Nothing was changed.
engine-filter-too-long = The filter is too long. It stays as it is in this window and is not kept for the next one.

## A change that could not be saved. $change is one of the messages below, $error a whole message.

engine-not-saved = { $change } is not saved yet. { $error } Zafu tries again by itself. Do not quit it until then.
engine-change-pause = The pause
engine-change-resume = The end of the pause
engine-change-end = The end of the sit
engine-change-discard = The discarding of the sit
engine-change-other = The last change of the sit
engine-restore-during-sit = A sit is running, so no backup was restored. End the sit first.
engine-restore-during-import = An import is running, so no backup was restored. Wait until it has finished.
engine-restore-changed = The log has changed meanwhile. Nothing was restored yet. Look at what restoring changes now, then confirm it again.
