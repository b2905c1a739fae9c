# Errors of the database and the data folder. A reason is technical text from the system, in English.

storage-disk-full = The disk that holds { $folder } is full. This change was not saved, but everything saved before is kept. Free some space, then try again.
storage-read-only = Zafu cannot write in { $folder }. Nothing was changed. Make the folder and the files in it writable, or start Zafu with another data folder.
storage-locked = Another program is using { $database }. This change was not saved, but everything saved before is kept. Close that program, then try again.
storage-moved = The database { $database } was moved, replaced or deleted while Zafu was using it. This change was not saved. Try again, and Zafu saves everything to a new file.
# found and known are numbers of formats
storage-newer = The database { $database } was written by a newer Zafu: its format is { $found }, and this version of Zafu knows formats up to { $known }. Nothing was changed. Install the newest Zafu to open it.
storage-not-ours = The database { $database } is not one of Zafu’s. Nothing was changed. Move the file away, or start Zafu with another data folder.
# damage is one of the sentences below
storage-corrupt = The database { $database } is damaged. { $damage } The file is kept as it is. The newest intact backup is { $backup }. You can restore it, or start with an empty database.
storage-corrupt-without-backup = The database { $database } is damaged. { $damage } The file is kept as it is. There is no intact backup to restore, but you can start with an empty database.
# reason is one of the sentences below
storage-backup-unusable = The backup { $backup } cannot be restored. { $reason } Nothing was changed. Choose another backup.
storage-no-such-backup = There is no backup { $number } any more. Nothing was changed. Choose another one.
storage-io = The disk failed while Zafu was reading or writing { $path } ({ $reason }). What was being saved may be missing, but everything saved before is kept. Check the disk, then start Zafu again.
storage-unreadable = The database { $database } has a value that this version of Zafu cannot read ({ $reason }). Nothing was changed. Install the newest Zafu. If that does not help, please report this.
storage-impossible = Zafu tried to save an invalid record ({ $reason }). Nothing was changed, and everything saved before is kept. This is a fault in Zafu: please report it.
storage-failed = The database failed ({ $reason }). Nothing was changed, and everything saved before is kept. Try again. If that does not help, please report this.

## What is wrong with a database or a backup

storage-damage-empty = The file is empty.
storage-damage = SQLite reports: { $reason }.
# tables are names, separated by commas
storage-damage-references = Rows of { $tables } refer to rows that do not exist.
# found and known are numbers of formats
storage-backup-format = Its format is { $found }, and this version of Zafu knows the formats 1 to { $known }.

## The database was removed or replaced while Zafu was using it

storage-rewritten = The database { $database } was removed while Zafu was using it. Everything was saved there again, and nothing is lost.
storage-rescued = Another file was put in the place of { $database } while Zafu was using it. That file was not changed. All your sits, this one too, are saved in { $rescued }. To use them again, quit Zafu and run `zafu restore { $rescued }`.

## Requests that do not fit what is stored

storage-no-such-session = There is no sit with the ID { $id }. Nothing was changed. Run `zafu log --json` to see the IDs of your sits.
storage-not-open = The sit { $id } is not running and does not need an answer. Nothing was changed.
storage-not-signed-in = You are not signed in. Nothing was changed. Sign in first.
storage-other-project = This computer knows this account from { $project } and uploads its sits nowhere else. Nothing was changed. Sign in with that URL.
storage-no-such-account = The account { $id } never signed in on this computer. Nothing was changed. Sign in with it first.
storage-no-such-preset = There is no preset with the ID { $id }. Nothing was changed. It may have been deleted.
storage-no-such-import = There is no import { $id }. Nothing was changed. `zafu import list` lists the imports.
storage-import-undone = The import { $id } was undone before. Nothing was changed. Import the files again to bring its sits back.
# needed and free are numbers of megabytes
storage-import-no-space = The disk of { $folder } has no room for this import and for the backup before it: { $needed } MB are needed, and { $free } MB are free. Nothing was imported. Free some space, then try again.
storage-migration-no-space = This version of Zafu has to convert your log first, and the disk of { $folder } has no room for that and for the backup before it: { $needed } MB are needed, and { $free } MB are free. Nothing was changed. Free some space, then start Zafu again.
storage-timer-saves = A sit was saved so often meanwhile that this was given up. The sit is saved, and nothing else was changed. Try again when no sit is running.
storage-preset-name-taken = There is already a preset called “{ $name }”. Nothing was saved. Choose another name.
storage-preset-name-empty = A preset needs a name. Nothing was saved. Enter a name.
storage-no-such-label = There is no label “{ $label }”. Nothing was changed. It may have been merged or deleted.
storage-label-name-empty = A label needs a name. Nothing was saved. Enter a name.
storage-label-name-too-long = The name of a label can have at most 1,024 bytes. Nothing was saved. Enter a shorter name.
storage-label-name-control-character = The name contains a line break or another control character. Nothing was saved. Remove the character, then try again.
storage-label-name-taken = There is already a label called “{ $name }”. Nothing was saved. Choose another name, or merge the two labels.
storage-label-fixed = This label is too long, or contains a line break or another control character, so it cannot be changed. Nothing was saved. Give its sits another label instead.
storage-label-into-itself = A label cannot be merged into itself. Nothing was changed. Choose another label.
storage-too-many-labels = You already have { $count } labels. Nothing was saved. Merging or deleting a label does not make room; give the sit an existing label.
storage-no-partnership = You have no partner. Nothing was changed. Invite somebody, or accept an invitation.
storage-bow-not-yet = Your partner has not sat since your last bow. Nothing was sent. You can bow again after their next sit.
storage-nul-in-note = The note contains a NUL character. Nothing was saved. Remove the character, then try again.
storage-nul-in-label = The label contains a NUL character. Nothing was saved. Remove the character, then try again.

## The data folder. ZAFU_DATA_DIR is an environment variable.

storage-folder-none = The system has no folder for application data. Nothing was changed. Set ZAFU_DATA_DIR to a folder of your choice.
storage-folder-other-home = Zafu does not know the folder in ZAFU_DATA_DIR: { $path }. Nothing was changed. Write the whole path, beginning with /.
storage-folder-unusable = The data folder { $path } cannot be used ({ $reason }). Nothing was changed. Check that the folder is yours and writable, or set ZAFU_DATA_DIR to another folder.
# path is the data folder or a file in it
storage-folder-foreign = The data folder or a part of it belongs to another user: { $path }. Nothing was changed. Run Zafu as that user, or set ZAFU_DATA_DIR to a folder of your own.
storage-folder-shared = Every user of this computer may write in the data folder { $path }. Nothing was changed. Run `chmod 700 '{ $path }'` if it holds no files of others, or set ZAFU_DATA_DIR to a folder inside it.
# The connection is a file in the data folder. /proc is a file system of Linux.
storage-folder-path-too-long = The path of the data folder is too long: { $path }. Nothing was changed. Set ZAFU_DATA_DIR to a folder with a shorter path, or mount /proc.
# path is a folder for the connection to Zafu, if the path of the data folder is too long for it
storage-folder-foreign-socket = The folder { $path }, through which Zafu is reached, belongs to another user or is open to others. Nothing was changed. Remove it, or set ZAFU_DATA_DIR to a folder with a shorter path.
storage-folder-held = Zafu is already running with the data folder { $path }. Nothing was changed. Use the running Zafu, or quit it first.
# A warning: the folder is used
storage-folder-readable = Other users of this computer may look into the data folder { $path }. Run `chmod 700 '{ $path }'` if they should not.

storage-start-failed = Zafu cannot start ({ $reason }). Nothing was changed. Close other programs, then try again.

storage-sit-not-over = This sit is not over yet. End it, or answer the question about it, before you delete it.
