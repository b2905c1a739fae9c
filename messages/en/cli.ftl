# What the commands print. Names of commands, options and values are not translated: they stand in `backquotes`.
# $started and $time are times, $sat, $left and $overtime lengths such as 12:34, $id is the ID of a sit or an account.

## Errors of every command

cli-system = The system reported an error: { $reason }. Every saved sit is kept.
cli-output = Standard output cannot be written: { $reason }.
# $outcome is one or more whole sentences.
cli-output-outcome = Standard output cannot be written: { $reason }. The command was carried out: { $outcome }
cli-output-sit = Standard output cannot be written: { $reason }. The sit is not affected.
cli-no-sit = No sit is running: Zafu is not running with this data folder.
cli-quit-not-running = Zafu is not running.
cli-discard-unconfirmed = This discards the sit. Nothing was changed yet: say `zafu discard --yes` if you mean it, or `zafu end` to keep the time that you sat.
cli-session-id = “{ $text }” is not a session ID. `zafu status` shows the IDs of sits that need your answer.

## Command line that is not understood. $argument is an option or a value, such as --prepare <LENGTH>

cli-usage = Usage: { $usage }
cli-usage-help = For more information, try `--help`.
# $reason is a whole sentence.
cli-usage-reason = { $argument }: { $reason }
cli-usage-value = “{ $value }” is an invalid value for { $argument }.
cli-usage-value-of = “{ $value }” is an invalid value for { $argument }. Possible values: { $values }.
cli-usage-no-value = { $argument } needs a value.
cli-usage-no-value-of = { $argument } needs a value. Possible values: { $values }.
cli-usage-too-many = “{ $value }” is one value too many for { $argument }.
cli-usage-unknown = “{ $argument }” is an unexpected argument.
cli-usage-twice = { $argument } can be used only once.
cli-usage-conflict = { $argument } cannot be used with { $others }.
cli-usage-required = Required arguments are missing: { $arguments }.
cli-usage-command = “{ $command }” is an unrecognized subcommand.
cli-usage-no-command = `{ $command }` needs a subcommand.
cli-usage-encoding = An argument is not valid UTF-8.
cli-usage-suggestion = Did you mean { $suggestion }?
cli-usage-duration = “{ $text }” is not a length of time: write it as 20m, 1h30m or 90s.
cli-usage-target = “{ $text }” is not a weekly target: it must be a number from 0 to 1000.
cli-usage-time = “{ $text }” is not a part of the day: write it as 06:00-06:30.
cli-usage-day = “{ $text }” is not a day: write it as 2026-03-31.
# $min and $max are numbers of seconds.
cli-usage-range = “{ $text }” is out of range: it must be from { $min } to { $max } seconds.

## Start of the program with the window

cli-app-missing = { $program } is not installed beside `zafu`. Install Zafu again, or use `zafu sit --terminal`.
cli-app-not-executable = { $program } cannot be started: { $reason }. Install Zafu again, or use `zafu sit --terminal`.
# $reason is what the program said: a whole sentence, or a technical message in English.
cli-app-failed = Zafu could not be started. { $reason }
cli-app-failed-silently = Zafu could not be started. The log files say why: `zafu doctor` prints their folder.
cli-app-no-response = Zafu was started and does not respond. Run `zafu doctor` to find the cause.
cli-app-no-response-reason = Zafu was started and does not respond. Run `zafu doctor` to find the cause. The last message of Zafu: { $reason }
cli-app-stopped = Zafu was started and has stopped again. The log files say why: `zafu doctor` prints their folder.

## State of the timer

cli-status-idle = No sit is running.
cli-status-preparing = Preparation, { $left } left.
cli-status-sitting = Sitting, { $left } left.
cli-status-sitting-open = Sitting, { $sat } so far.
cli-status-paused = Paused, { $left } left.
cli-status-paused-open = Paused, { $sat } so far.
cli-status-overtime = Complete, and { $overtime } of overtime.
cli-status-unsettled = The sit of { $started } was interrupted after { $sat }: `zafu resolve whole|gap|discard` says what it was ({ $id }).
cli-status-unsettled-overtime = The sit of { $started } is complete and saved. Add its { $overtime } of overtime? `zafu resolve whole` adds it, `zafu resolve discard` leaves it out ({ $id }).
# $trouble is a whole sentence.
cli-trouble = Trouble: { $trouble }

## End of a sit

cli-ended = Kept: { $sat }.
cli-sit-kept = Sat { $sat }. Kept.
cli-sit-not-kept = No sit was kept.
cli-sit-gap = The sit has a gap: `zafu resolve whole|gap|discard` says what you sat.
cli-sit-recovered = The interrupted sit continues. End it with Ctrl-C before you start another.
cli-sit-elsewhere = Zafu is already running: `zafu sit` without `--terminal` starts a sit there.
cli-sit-importing = An import is still running here. Zafu waits for it; Ctrl-C cancels it.
# $error is a whole sentence.
cli-sit-not-saved = { $error } Press Ctrl-C again to quit all the same: the sit then stays as it was saved last.

## List of past sits. The states of a sit are at most 14 characters long.

cli-log-empty = No sits yet.
cli-log-started = not over
cli-log-ended-early = ended early
cli-log-completed = complete
cli-log-elsewhere = elsewhere
cli-log-unfinished = unfinished
cli-log-no-label = There is no label “{ $name }”. `zafu log` shows the labels of your sits.
cli-log-days = No day is from { $since } and until { $until }: the first day comes after the last one.
cli-log-none-match = No sits match.
# $count is always 20.
cli-log-more = These are the latest { $count } sits. `--limit` lists more.

## Export

cli-exported = { $count ->
    [one] Exported 1 sit to { $file }.
   *[other] Exported { $count } sits to { $file }.
}
cli-export-left-out = { $count ->
    [one] 1 sit is not over and was left out.
   *[other] { $count } sits are not over and were left out.
}
cli-export-json = `--json` is for an export to a file: standard output has the export itself. Nothing was exported.

## Accounts that have sits on this device

cli-owners-empty = No account was ever signed in on this device, and there are no sits yet.
cli-owners-ownerless = Sits made while no account was signed in
cli-owners-unknown = Account with an unknown address, { $id }
cli-owners-account = { $email } at { $project }, { $id }
# $state is one of the five sentences below.
cli-owners-counts = { $state } Sits: { $sits }. Deleted: { $deleted }. Not sent: { $unsent }. On this device only: { $local }.
cli-owners-state-signed-in = Signed in.
cli-owners-state-signed-out = Signed out.
cli-owners-state-deleted = Gone: the account was deleted.
cli-owners-state-replaced = Gone: another account has its address now.
cli-owners-state-none = No account.

## Names of these accounts in lists and sentences

cli-owner-none = no account
cli-owner-email = { $email }
cli-owner-unknown = account { $id }
# $state is one of the four states below.
cli-owner-gone = { $email } ({ $state })
cli-owner-signed-in = signed in
cli-owner-signed-out = signed out
cli-owner-deleted = deleted
cli-owner-replaced = replaced
cli-owner-not-found = No account “{ $text }” was ever signed in on this device. `zafu account list` lists those that were.
# $ids is a list made of the two texts below.
cli-owner-ambiguous = Several accounts have the address { $address }. Name one by its ID: { $ids }.
cli-owner-listed = { $id } ({ $state })
cli-owner-listed-next = { $ids }, { $id } ({ $state })

## State of the account and its sync

cli-account-none = No account is signed in. All sits are on this device.
cli-account-signed-in = Signed in as { $email } at { $project }.
cli-account-signed-out = Signed out. { $email } at { $project } was signed in last.
cli-account-synced = Last synced: { $time }.
cli-account-not-synced = Not synced yet.
cli-account-counts = Waiting: { $pending }. Rejected: { $rejected }. On this device only: { $local }.
cli-account-unreadable =
    { $count ->
        [one] 1 sit needs a newer Zafu. It is kept, and shown after an update.
       *[other] { $count } sits need a newer Zafu. They are kept, and shown after an update.
    }
# $need is one of the sentences below.
cli-account-to-do = To do: { $need }
cli-account-others = Of other accounts on this device: { $sits }, not sent: { $unsent }. `zafu account list` lists them, `zafu log --all-accounts` shows their sits.
cli-synced = Sent: { $pushed }. Received: { $pulled }. Waiting: { $pending }. Rejected: { $rejected }.
cli-rejected-none = The server rejected no sits.

## Commands for the account

cli-account-project = Name the project: `--url https://abcdefgh.supabase.co --key sb_publishable_...`.
cli-account-credential = Say how you sign in: with `--password-stdin`, or with `--code` and the code from the email.
cli-account-no-password = There is no password on standard input.
cli-account-code-sent = An email is on its way, if the address is right. Sign in with its code: `zafu account sign-in --email { $email } --code CODE`. If it has a link and no code, the project’s email templates must be changed: see supabase/README.md.
cli-account-confirmation-sent = An email was sent to { $email }. If it has a code: `zafu account sign-in --email { $email } --code CODE`. If it has a link: open it, then sign in.
cli-account-sign-in = Signed in.
cli-account-assigned =
    { $count ->
        [one] 1 sit without an account now belongs to this account.
       *[other] { $count } sits without an account now belong to this account.
    }
cli-account-until-quit = The keychain of this system cannot be used: you are signed in until Zafu quits.
cli-account-sign-out = Signed out. All sits are still here.
cli-account-erase-unconfirmed = This erases all sits of the account from the server, for every device. Nothing was changed yet: say `zafu account erase --yes` if you mean it. The sits on this device stay.
cli-account-erased = Erased from the server. The sits on this device stay here, and are not uploaded any more.
# $name is the other account, $own the address of the signed-in account.
cli-account-adopt-own = Nothing was moved: { $name } is the account that is signed in, and has its sits already.
cli-account-adopt-unconfirmed =
    { $count ->
        [one] 1 sit on this device belongs to { $name } at { $project }. That account is signed out, and not known to be gone: its user could sign in again, and would no longer find it here. Nothing was moved. To move it to { $own } for good: `zafu account adopt --from { $id } --yes`.
       *[other] { $count } sits on this device belong to { $name } at { $project }. That account is signed out, and not known to be gone: its user could sign in again, and would no longer find them here. Nothing was moved. To move them to { $own } for good: `zafu account adopt --from { $id } --yes`.
    }
cli-account-declined =
    { $count ->
        [one] Left where they are: 1 sit of { $name }.
       *[other] Left where they are: { $count } sits of { $name }.
    }
cli-account-adopted =
    { $count ->
        [one] Moved to { $own }: 1 sit of { $name }. The next sync uploads it.
       *[other] Moved to { $own }: { $count } sits of { $name }. The next sync uploads them.
    }
# $deleted is a number of deleted sits.
cli-account-adopted-deleted =
    { $count ->
        [one] Moved to { $own }: 1 sit of { $name }, and deleted ones: { $deleted }. The next sync uploads them.
       *[other] Moved to { $own }: { $count } sits of { $name }, and deleted ones: { $deleted }. The next sync uploads them.
    }
cli-account-adopted-none = No sits of { $name } are on this device.

## What only the user can do before the sync continues

cli-need-sign-in = Your sign-in has expired: sign in again with `zafu account sign-in`. Sits that are not uploaded yet are kept.
cli-need-account-gone = On the server the account is gone: sign in to another one. The sits on this device stay.
cli-need-erased = The account’s sits were erased from the server. `zafu account after-erasure upload` uploads those of this device again, `zafu account after-erasure keep` keeps them on this device only.
cli-need-adopt = Some sits were made while no account was signed in. `zafu account adopt` assigns them to this account, `zafu account adopt --leave` leaves them on this device only.
cli-need-key = The project’s key is not accepted: check it in the project’s settings, then run `zafu account sign-in --key KEY`. Sits that are not uploaded yet are kept.
cli-need-blocked = This account is blocked: ask the project’s administrator. Sits that are not uploaded yet are kept, and uploaded once the account is unblocked.
cli-need-server = The project’s administrator must repair the server: see supabase/README.md. Everything is kept.
cli-need-too-old = This Zafu is too old for the project: update it. Everything is kept until then.
cli-need-rejected = The server rejected some sits: `zafu account rejected` shows which and why. They are kept on this device.
cli-need-adopt-from-unknown = Sits of an account that is gone are on this device: `zafu account list` lists it.
cli-need-adopt-from =
    { $count ->
        [one] 1 sit on this device belongs to { $name }, an account that can no longer be signed in to: `zafu account adopt --from { $id }` moves it to { $email }, `zafu account adopt --from { $id } --leave` does not.
       *[other] { $count } sits on this device belong to { $name }, an account that can no longer be signed in to: `zafu account adopt --from { $id }` moves them to { $email }, `zafu account adopt --from { $id } --leave` does not.
    }

## Backups

cli-backup-daily = daily
cli-backup-migration = before an update of the format
cli-backup-import = before an import
cli-backup-manual = made by hand
cli-backup-sits = { $count ->
    [one] 1 sit
   *[other] { $count } sits
}
cli-backup-unreadable = not readable
cli-backup-not-found = There is no backup “{ $text }”. Nothing was changed. `zafu backup list` lists the backups with their numbers.
# $number identifies the backup.
cli-backup-made = Backup { $number } was made.
cli-backup-has = { $count ->
    [one] The backup has 1 sit.
   *[other] The backup has { $count } sits.
}
cli-backup-missing = { $count ->
    [one] 1 sit is not in the backup, and would not be in the log any more:
   *[other] { $count } sits are not in the backup, and would not be in the log any more:
}
cli-backup-missing-more = { $count ->
    [one] and 1 older one
   *[other] and { $count } older ones
}
cli-backup-changed = { $count ->
    [one] 1 sit was changed since, and would be as it was then.
   *[other] { $count } sits were changed since, and would be as they were then.
}
cli-backup-returning = { $count ->
    [one] 1 sit is not in the log now, and would be in it again.
   *[other] { $count } sits are not in the log now, and would be in it again.
}
cli-backup-labels = { $count ->
    [one] 1 label was changed since, and would be as it was then.
   *[other] { $count } labels were changed since, and would be as they were then.
}
cli-backup-presets = { $count ->
    [one] 1 preset was changed since, and would be as it was then.
   *[other] { $count } presets were changed since, and would be as they were then.
}
cli-backup-settings = Settings were changed since, and would be as they were then.
# $error is a whole sentence.
cli-backup-no-preview = What the backup would change cannot be told. { $error }
cli-backup-question = Restore the backup? What is there now is kept in a file beside it. (y/N)
cli-backup-declined = Nothing was changed.
cli-backup-unconfirmed = Something is newer than the backup, so nothing was changed. Say `--yes` to restore the backup all the same: what is there now is kept in a file beside it.
cli-backup-unconfirmed-unknown = What the backup would change cannot be told, so nothing was changed. Say `--yes` to restore the backup all the same: what is there now is kept in a file beside it.
cli-backup-changed-meanwhile = The log has changed meanwhile. Nothing was restored yet.

## Restore of a backup

cli-restore-none = There are no backups yet in { $folder }.
cli-restore-running = Zafu is already running: `zafu quit` stops it. A running sit is saved up to then.
cli-restore-no-intact = There is no intact backup. Nothing was changed: `zafu restore empty` creates an empty database and keeps the damaged file.
cli-restore-done = Done.
cli-restore-done-aside = Done. What was there before is kept as { $path }.

## Imports. $file is the name of a file, $first and $last are days, $id is the ID of an import.

# $format is the name of a program.
cli-import-file = { $file }: { $format }. Sits: { $sits }. Skipped rows: { $skipped }.
cli-import-notes = Notes: { $count }.
cli-import-noted = Notes added to sits that were in the log without one: { $count }.
cli-import-new = New: { $count }.
cli-import-revived = Deleted before, and now back: { $count }.
cli-import-days = From { $first } to { $last }.
cli-import-none = Nothing is new.
cli-import-repeated = In the files twice: { $count }.
cli-import-known = Already in the log: { $count }.
cli-import-same = Already in the log, or in another of the files, in another format or spelling: { $count }.
cli-import-deleted = Deleted, on this or another device: { $count }. `--deleted` brings them back.
cli-import-zone = Times without a time zone are taken as { $zone }. `--zone` names another one.
cli-import-samples = The latest of them:
# $row is a whole sentence.
cli-import-skipped = { $file }: { $row }
cli-import-skipped-more = More skipped rows: { $count }.
cli-import-long-sits = Skipped sits of more than 24 hours: { $count }. `--long-sits` imports them too.
cli-import-question =
    { $count ->
        [0] Add these notes to the log? (y/N)
        [one] Import 1 sit? (y/N)
       *[other] Import { $count } sits? (y/N)
    }
cli-import-changed = The files or the log have changed meanwhile. Nothing was imported yet.
# $percent is a number from 0 to 100.
cli-import-reading = Reading the files: { $percent } %
cli-import-importing = Importing: { $percent } %
cli-import-input = Standard input could not be read ({ $reason }). Nothing was imported.
cli-import-input-twice = `-` is standard input, which can be read only once. Nothing was imported.
cli-import-declined = Nothing was imported.
cli-import-done = Imported: { $added }. Restored: { $revived }. `zafu import undo { $id }` undoes this import.
cli-import-date-order = { $file } has dates that can be read in two ways, such as { $example }. Nothing was imported. Say `--date-order dmy` if the day comes first, or `--date-order mdy` if the month comes first.
cli-import-list-empty = There are no imports yet.
cli-import-listed = { $id }  { $time }  Sits: { $sits }. { $files }
cli-import-listed-undone = { $id }  { $time }  Sits: { $sits }. Undone: { $undone }. { $files }
cli-import-undo-question =
    { $count ->
        [one] Undo import { $id }? Its sit is deleted. (y/N)
       *[other] Undo import { $id }? Its { $count } sits are deleted. (y/N)
    }
cli-import-undo-edited = Changed by you since the import, and deleted with their changes: { $count }. The latest of them:
cli-import-undo-notes = Sits that were in the log before, and lose the note that they got: { $count }.
cli-import-not-undone = Nothing was undone.
cli-import-undone = Undone. Deleted sits: { $count }. Importing the same files again brings them back.

## Partner. $name is the name of a user, $host the address of a server

cli-partner-none = You have no partner. `zafu partner invite` invites somebody, `zafu partner join -` accepts an invitation.
cli-partner-name = { $name }
cli-partner-unnamed = Somebody without a name
cli-partner-with = Your partner: { $name }, since { $since }.
# $sits is the sum of $mine and $partners.
cli-partner-week = { $goal ->
        [one] This week until { $time }: { $sits } of 1 sit, { $mine } by you and { $partners } by your partner.
       *[other] This week until { $time }: { $sits } of { $goal } sits, { $mine } by you and { $partners } by your partner.
    }
cli-partner-week-resting = This week until { $time }, without a goal: { $mine } by you and { $partners } by your partner.
# $weeks: one or more of the next three, with "; " between
cli-partner-weeks = Weeks before, the newest first: { $weeks }.
cli-partner-week-kept = { $start }: { $sits } of { $goal }, kept
cli-partner-week-open = { $start }: { $sits } of { $goal }
cli-partner-week-rested = { $start }: { $sits }, without a goal
cli-partner-news-joined = { $date }: Your partner accepted your invitation.
cli-partner-news-bow = { $date }: Your partner bowed to you.
# $start: the first day of the week
cli-partner-news-kept = { $date }: You both kept the week from { $start } on.
cli-partner-news-kept-some = { $date }: You both kept a week.
cli-partner-news-left = { $date }: Your partner ended the partnership.
cli-partner-kept = Weeks kept: { $kept } of { $weeks }.
cli-partner-targets = Weekly targets: { $mine } for you, { $partners } for your partner. 0 means resting.
# $mine and $partners are values of the option.
cli-partner-privacy = You show `{ $mine }`, your partner shows `{ $partners }`.
cli-partner-together = You sat together for { $length } from { $time }.
cli-partner-may-bow = Your partner has sat since your last bow: `zafu partner bow` bows.
cli-partner-invitation = Your invitation is open until { $time }. `zafu partner invite` shows it again, `zafu partner withdraw` withdraws it.
cli-partner-invitation-expired = Your last invitation has expired on { $time }. `zafu partner invite` creates a new one.
cli-partner-former = Former partnership from { $start } to { $end }: weeks kept: { $kept } of { $weeks }.
# $changes is a list of the messages below.
cli-partner-waiting = Not sent yet: { $changes }.
cli-partner-change-profile = profile
cli-partner-change-target = weekly target
cli-partner-change-privacy = privacy
cli-partner-change-bow = bow
cli-partner-change-leave = leaving
cli-partner-read = As of { $time }.
cli-partner-signed-out = You are signed out: until you sign in, nothing is read from the server or sent to it.

cli-partner-pending = It is sent as soon as the server can be reached.
cli-partner-pending-sign-in = It is sent once you sign in: `zafu account sign-in`.
cli-partner-invited = Send this text to the one person with whom you want to sit: whoever has it can accept it, once, until { $time }.
cli-partner-withdrawn = The invitation is withdrawn.
cli-partner-bowed = You have bowed.
cli-partner-privacy-saved = What your partner sees of your sits is changed.
cli-partner-leave-unconfirmed = This ends the partnership, also for your partner. Nothing was changed yet: say `zafu partner leave --yes` if you mean it. The weeks that you kept stay.
cli-partner-left = You have left the partnership.

cli-partner-invites = Invitation of { $name }, on the server { $host }, open until { $time }.
cli-partner-invites-always = Invitation of { $name }, on the server { $host }.
cli-partner-join-shows = As your partner they see your name, your picture, your weekly target and how many sits you sit, and nothing else until you change it.
cli-partner-join-paste = Paste the invitation, then press Enter and Ctrl-D (on Windows Ctrl-Z and Enter).
cli-partner-join-question = Accept the invitation? (y/N)
cli-partner-join-texts-question = Upload your notes and labels to { $host } too? Its administrator can read them. (y/N)
cli-partner-join-unconfirmed = Nothing was accepted yet: add `--yes` if you mean it.
cli-partner-join-declined = Nothing was accepted.
cli-partner-join-sign-in = This invitation needs an account on the server { $host }. Nothing was changed. Create one with `zafu account sign-up --url { $url } --key { $key } --email EMAIL --password-stdin --keep-texts`, or sign in with `zafu account sign-in` and the same options. Without `--keep-texts`, your notes and labels are uploaded too. Then accept the invitation again.
cli-partner-join-other-project = This invitation is of the server { $host }, and you are signed in to another one. Nothing was changed. Partners need accounts on the same server: run `zafu account sign-out`, sign in to { $host }, then accept the invitation again.
cli-partner-joined = You are partners now.
cli-partner-texts-kept = From now on your notes and labels stay on this device.
cli-partner-texts-uploaded = Your notes and labels are uploaded to { $host }.

cli-profile-name = Name: { $name }
cli-profile-no-name = You have no name yet: `zafu profile --name NAME` sets the one that your partner sees.
# $image is a value of the option.
cli-profile-image = Picture: `{ $image }`
cli-profile-target = { $target ->
        [0] Weekly target: none, you are resting.
        [one] Weekly target: 1 sit.
       *[other] Weekly target: { $target } sits.
    }
cli-profile-saved = Your profile is saved.
cli-profile-target-saved = Your weekly target is saved. Together with a partner it counts from the next week on.
