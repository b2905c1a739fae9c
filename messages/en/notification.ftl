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
