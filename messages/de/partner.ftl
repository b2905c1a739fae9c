## Partners: invitations, names

partner-invitation-no-link = In diesem Text ist keine Einladung. Nichts wurde geändert. Füge die ganze Nachricht ein, die du bekommen hast, mit dem Link, der mit zafu://join/ beginnt.
partner-invitation-cut-off = Der Link der Einladung ist unvollständig. Nichts wurde geändert. Kopiere den ganzen Link bis zu seinem Ende und füge ihn noch einmal ein.
partner-invitation-mistyped = Der Link der Einladung ist nicht mehr so, wie er gesendet wurde. Nichts wurde geändert. Kopiere ihn noch einmal, statt ihn zu tippen.
partner-invitation-unusable = Diese Einladung ist nicht verwendbar. { $error }
partner-name-empty = Dein Name ist leer. Nichts wurde gespeichert. Gib einen Namen ein.
partner-name-too-long = Ein Name kann höchstens 40 Zeichen haben. Nichts wurde gespeichert. Gib einen kürzeren Namen ein.
partner-name-control-character = Der Name enthält einen Zeilenumbruch oder ein anderes unsichtbares Steuerzeichen. Nichts wurde gespeichert. Entferne das Zeichen und versuche es noch einmal.
partner-refusal-not-open = Diese Einladung ist nicht mehr offen. Nichts wurde geändert. Bitte um eine neue.
partner-refusal-own = Das ist deine eigene Einladung. Nichts wurde geändert. Sende sie der Person, mit der du sitzen möchtest.
partner-refusal-already-partners = Ihr seid schon Partner. Nichts wurde geändert.
partner-refusal-in-partnership = Du bist in einer Partnerschaft. Nichts wurde geändert. Beende sie zuerst, wenn du einen anderen Partner möchtest.
partner-refusal-too-many-attempts = Es wurden zu viele Einladungen versucht, die nicht offen sind. Nichts wurde geändert. Warte eine Stunde und versuche es dann noch einmal.
partner-rejected-profile = Der Server nimmt dein Profil nicht an ({ $code }). Es bleibt auf diesem Gerät. Ändere es, dann wird es noch einmal gesendet.
partner-rejected-target = Der Server nimmt dein Wochenziel nicht an ({ $code }). Es bleibt auf diesem Gerät. Ändere es, dann wird es noch einmal gesendet.
partner-rejected-privacy = Der Server nimmt nicht an, was dein Partner sehen soll ({ $code }). Dein Partner sieht dasselbe wie vorher. Wähle noch einmal.
partner-rejected-bow = Der Server hat deine Verneigung nicht zugestellt ({ $code }). Versuch es nach der nächsten Sitzung deines Partners noch einmal.
partner-rejected-leave = Der Server hat eure Partnerschaft nicht beendet ({ $code }). Ihr seid weiterhin Partner. Versuch es noch einmal; wenn das nicht hilft, sag es dem Administrator des Projekts.
partner-invitation-text =
    Möchtest du mit mir sitzen? Zafu zeigt uns, wie oft jeder von uns in der Woche sitzt.
    Öffne diesen Link oder füge ihn in Zafu unter „Partner“ ein: { $link }
    Er gilt einmal, innerhalb von sieben Tagen.
partner-no-network = { $error } Einladen und Annehmen brauchen das Netzwerk. Versuch es noch einmal, sobald du verbunden bist: Nichts geschieht doppelt.
partner-not-known = { $error } Es ist nicht bekannt, ob es geschehen ist. Versuch es noch einmal: Nichts geschieht doppelt.
partner-failed = { $error } Nichts wurde geändert. Versuch es später noch einmal; wenn das nicht hilft, sag es dem Administrator des Projekts.
partner-other-project = Diese Einladung gilt für ein Konto bei { $host }, und deins gehört zu einem anderen Projekt. Nichts wurde geändert. Melde dich ab und sieh dir die Einladung dann noch einmal an: Sie führt dich zur Anmeldung dort.
