## Question about a sit with a gap: time in which the computer slept or Zafu did not run

unsettled-title = Wie soll diese Sitzung zählen?
unsettled-suspended = Der Computer war während deiner Sitzung vom { $when } im Ruhezustand, { $gap } lang. Davor hattest du { $kept } gesessen.
unsettled-stopped = Zafu lief während deiner Sitzung vom { $when } nicht, { $gap } lang. Davor hattest du { $kept } gesessen.
unsettled-restarted = Der Computer wurde während deiner Sitzung vom { $when } neu gestartet. Dabei entstand eine Lücke von { $gap }. Davor hattest du { $kept } gesessen.
unsettled-count-all = Ich saß weiter: alles zählen
unsettled-keep = Nur die Zeit davor behalten
unsettled-discard = Es war keine Sitzung
unsettled-discard-hint = verwerfen
unsettled-later = Später fragen

## Question about the overtime of a sit that had reached its end before the gap

unsettled-overtime-title = Die Zeit nach dem Ende anrechnen?
unsettled-overtime = Deine Sitzung vom { $when } ist vollständig und mit { $planned } gespeichert. Nach ihrem Ende hast du noch { $extra } gesessen.
unsettled-overtime-add = Anrechnen
unsettled-overtime-drop = Weglassen
