# The dialog that is shown when Zafu cannot start because its database is damaged.
startup-restore = Restore the backup
startup-set-aside = Start with an empty database
startup-quit = Quit
# $error is a whole message.
startup-restore-by-command = { $error } Run `zafu restore newest` to restore the backup, or `zafu restore empty` to start with an empty database.
startup-set-aside-by-command = { $error } Run `zafu restore empty` to do so.

# The program was started where no window can be shown. $variable is the environment variable that names $display.
startup-no-window = The window cannot be shown ({ $reason }). `zafu sit --terminal` runs a sit without one.
startup-no-display = There is no display here: `zafu sit --terminal` runs a sit without one.
startup-display-unreachable = The display { $display } ({ $variable }) cannot be reached: `zafu sit --terminal` runs a sit without one.

# The program was started with an argument that is not the link of an invitation.
startup-not-an-invitation = Zafu opens only the links of invitations, which begin with zafu://join/. Nothing was changed.
