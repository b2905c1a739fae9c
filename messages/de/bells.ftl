## The dialog in which the bells of a sit are chosen

bells-title = Glocken
bells-start = Am Anfang
bells-during = Während der Sitzung
bells-end = Am Ende
bells-sound = Klang
bells-strikes = Schläge
bells-when = Wann
bells-preview = Anhören
bells-none = Keine Glocke
bells-custom-file = Eigene Klangdatei …

## Times of the bells during a sit

bells-every = Alle paar Minuten
bells-spread = Gleichmäßig verteilt
bells-at = Zu festen Minuten
bells-random = Zufällig
bells-every-minutes = Minuten zwischen den Glocken
bells-count = Anzahl der Glocken
bells-at-minutes = Minuten, durch Leerzeichen getrennt
bells-gap-min = Kürzester Abstand in Minuten
bells-gap-max = Längster Abstand in Minuten

## Summary on the setup page: start Inkin × 3, during 5 min, end Bell

bells-summary-start = Anfang { $bell }
bells-summary-during = dazwischen { $times }
bells-summary-end = Ende { $bell }
bells-silent = Still

## Names of the built-in sounds

bells-sound-bell = Glocke
bells-sound-inkin = Inkin
bells-sound-large-bowl = Große Schale
bells-sound-small-bowl = Kleine Schale
bells-sound-wood-block = Holzblock
