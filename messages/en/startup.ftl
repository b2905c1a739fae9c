# The dialog that is shown when Zafu cannot start because its database is damaged.
startup-restore = Restore the backup
startup-set-aside = Start with an empty database
startup-quit = Quit
# $error is a whole message.
startup-restore-by-command = { $error } Run `zafu restore` to do so.
