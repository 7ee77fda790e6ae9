## Šta može poći naopako

error-control_of_another = Drugi kontrolor ima smenu, kontrolu ili proveru sa ovim imenom.
    .advice = Počnite novu smenu na ovom uređaju.
