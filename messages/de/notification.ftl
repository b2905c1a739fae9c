# Benachrichtigungen des Systems. Jede hat einen Titel und einen Text.
notification-ended-title = Deine Sitzung ist vollständig
# $time ist eine Länge wie 20:00 oder 1:05:00.
notification-ended-text = Du hast { $time } gesessen.
notification-running-title = Deine Sitzung läuft weiter
notification-running-text = Öffne Zafu wieder, um sie zu sehen. Am Ende klingt die Glocke.
notification-unsettled-title = Eine Sitzung braucht deine Antwort
notification-unsettled-text = Einen Teil davon hat Zafu nicht gesehen. Öffne Zafu und sage, was du gesessen hast.
notification-add-note = Notiz schreiben
notification-sit-again = Noch einmal sitzen
notification-open = Öffnen
notification-partner-title = Dein Partner
notification-partner-joined = Hat deine Einladung angenommen.
notification-partner-bow = Verneigt sich vor dir.
notification-partner-kept = Ihr habt eine Woche gehalten: Ihr Ziel ist erreicht.
notification-partner-left = Hat eure Partnerschaft beendet. Die Wochen, die ihr gehalten habt, bleiben, wie sie sind.
