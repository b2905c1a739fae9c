## Längen einer Sitzung, die der Benutzer geschrieben hat. $text ist das Geschriebene.

timer-not-a-length = „{ $text }“ ist keine Dauer. Schreib sie als 20m, 1h30m, 90s, open oder until 07:30.
timer-not-a-clock-time = „{ $text }“ ist keine Uhrzeit. Schreib sie als 07:30.
timer-length-negative = „{ $text }“ ist negativ. Eine Dauer ist mindestens 1 Sekunde.
timer-length-out-of-range = „{ $text }“ ist zu kurz oder zu lang. Eine Sitzung kann von 1 Sekunde bis 24 Stunden dauern.

## Eine Sitzung bis zu einer Uhrzeit

timer-no-time-left = Bis dahin bleibt keine Zeit zum Sitzen, daher hat keine Sitzung begonnen. Wähle eine spätere Zeit.
# Die Länge der Vorbereitung
timer-no-time-after-preparation =
    { $count ->
        [one] Die Vorbereitung von 1 Sekunde lässt bis dahin keine Zeit zum Sitzen, daher hat keine Sitzung begonnen. Verkürze sie, oder wähle eine spätere Zeit.
       *[other] Die Vorbereitung von { $count } Sekunden lässt bis dahin keine Zeit zum Sitzen, daher hat keine Sitzung begonnen. Verkürze sie, oder wähle eine spätere Zeit.
    }

## Befehle, die nicht zum Zustand des Timers passen

timer-already-running = Es läuft schon eine Sitzung, daher wurde nichts geändert. Beende sie, bevor du eine neue beginnst.
timer-nothing-running = Es läuft keine Sitzung, daher wurde nichts geändert. Beginne zuerst eine Sitzung.
timer-not-sitting = Nur eine laufende Sitzung kann angehalten werden. Diese ist noch in der Vorbereitung oder schon vorbei, daher wurde nichts geändert.
timer-not-paused = Die Sitzung ist nicht angehalten, daher wurde nichts geändert.
timer-nothing-to-resolve = Es gibt keine solche Sitzung, die eine Antwort braucht, daher wurde nichts geändert. Vielleicht ist sie schon beantwortet.
