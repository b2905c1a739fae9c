## The list of past sits

log-title = Past sits
log-empty = No sits yet. Your first sit will appear here.
log-more = Show older sits
# Opens the page with totals and charts
log-insight = Overview
# Choice of the account whose sits are listed; shown if this computer has sits of several accounts
log-owner = Account
log-owner-shown = This account
log-owner-all = All accounts

## One sit: its length, then its state

# Time sat, of the time planned: 12 min of 25 min
log-of = { $sat } of { $planned }
log-complete = complete
log-ended-early = ended early
log-unsettled = needs your answer
log-running-elsewhere = running on another device
log-unfinished = not finished on the other device
log-edit = Edit the sit of { $when }
log-delete = Delete the sit of { $when }
log-deleted = The sit was deleted.
