# Requests to the timer that cannot be carried out.
