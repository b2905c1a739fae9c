# Notifications of the system. Each has a title and a text.
notification-ended-title = Your sit is complete
# $time is a length such as 20:00 or 1:05:00.
notification-ended-text = You sat { $time }.
notification-running-title = Your sit goes on
notification-running-text = Open Zafu again to see it. The bell rings at its end.
notification-unsettled-title = One sit needs your answer
notification-unsettled-text = Zafu did not see part of it. Open Zafu to say what you sat.
notification-add-note = Add a note
notification-sit-again = Sit again
notification-open = Open
# The title of news of a partner without a name. Otherwise the title is the name, and each text below goes on from it.
notification-partner-title = Your partner
notification-partner-joined = Has accepted your invitation.
notification-partner-bow = Bows to you.
notification-partner-kept = You have both kept a week: its goal is reached.
notification-partner-left = Has ended your partnership. The weeks you kept stay as they are.
