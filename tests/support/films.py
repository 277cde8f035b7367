"""A small catalogue of real films for tests: quick to build, and known by heart."""

# ruff: noqa: E501 (the table)

from __future__ import annotations

from functools import cache

from recsys.catalogue import Catalogue, Item

# title | year | minutes | rating | votes | genres | director | cast | keywords | language | country
_FILMS = """
Heat|1995|170|7.9|1886|Crime, Drama, Thriller|Michael Mann|Al Pacino, Robert De Niro, Val Kilmer|heist, bank robbery, detective, los angeles|English|United States
The Insider|1999|157|7.3|520|Drama, Thriller|Michael Mann|Al Pacino, Russell Crowe|based on true story, journalism, whistleblower|English|United States
The Usual Suspects|1995|106|8.1|3300|Crime, Drama, Thriller|Bryan Singer|Kevin Spacey, Gabriel Byrne|heist, twist ending, plot twist|English|United States
Alien|1979|117|7.9|4500|Horror, Science Fiction|Ridley Scott|Sigourney Weaver, Tom Skerritt|alien, space, spaceship, gore|English|United Kingdom
Aliens|1986|137|7.7|3200|Action, Horror, Science Fiction|James Cameron|Sigourney Weaver, Michael Biehn|alien, space, android|English|United States
Blade Runner|1982|117|7.9|3500|Science Fiction, Drama, Thriller|Ridley Scott|Harrison Ford, Rutger Hauer|android, dystopia, cyberpunk|English|United States
Gladiator|2000|155|7.9|5400|Action, Drama, Adventure|Ridley Scott|Russell Crowe, Joaquin Phoenix|revenge, ancient rome, epic|English|United States
The Godfather|1972|175|8.4|5900|Drama, Crime|Francis Ford Coppola|Marlon Brando, Al Pacino|mafia, family, gangster|English|United States
The Godfather: Part II|1974|200|8.3|3300|Drama, Crime|Francis Ford Coppola|Al Pacino, Robert De Niro|mafia, gangster|English|United States
Apocalypse Now|1979|153|8.0|2055|Drama, War|Francis Ford Coppola|Martin Sheen, Marlon Brando|vietnam war, river|English|United States
Pulp Fiction|1994|154|8.3|8400|Thriller, Crime|Quentin Tarantino|John Travolta, Uma Thurman, Samuel L. Jackson|gangster, drug dealer, dark comedy, violence|English|United States
Reservoir Dogs|1992|99|8.0|3700|Crime, Thriller|Quentin Tarantino|Harvey Keitel, Tim Roth|heist, torture, violence|English|United States
Kill Bill: Vol. 1|2003|111|7.7|4900|Action, Crime|Quentin Tarantino|Uma Thurman, Lucy Liu|revenge, martial arts, extreme violence, blood|English|United States
Kill Bill: Vol. 2|2004|136|7.6|3900|Action, Crime|Quentin Tarantino|Uma Thurman, David Carradine|revenge, martial arts|English|United States
Inglourious Basterds|2009|153|7.9|6400|Drama, Action, Thriller, War|Quentin Tarantino|Brad Pitt, Christoph Waltz|nazis, world war ii, revenge|English|United States
Taxi Driver|1976|114|8.1|2500|Crime, Drama|Martin Scorsese|Robert De Niro, Jodie Foster|vigilante, loneliness, new york|English|United States
Goodfellas|1990|145|8.2|3100|Drama, Crime|Martin Scorsese|Robert De Niro, Ray Liotta, Joe Pesci|gangster, mafia, based on true story|English|United States
Casino|1995|178|7.8|1700|Crime, Drama|Martin Scorsese|Robert De Niro, Sharon Stone, Joe Pesci|casino, gangster, las vegas|English|United States
The Departed|2006|151|7.9|4300|Drama, Thriller, Crime|Martin Scorsese|Leonardo DiCaprio, Matt Damon, Jack Nicholson|undercover cop, mobster, police|English|United States
Shutter Island|2010|138|7.8|6300|Drama, Thriller, Mystery|Martin Scorsese|Leonardo DiCaprio, Mark Ruffalo|island, twist ending, insanity|English|United States
The Wolf of Wall Street|2013|180|7.9|6500|Crime, Drama, Comedy|Martin Scorsese|Leonardo DiCaprio, Jonah Hill|corruption, drugs, sex|English|United States
2001: A Space Odyssey|1968|149|7.9|2900|Science Fiction, Mystery, Adventure|Stanley Kubrick|Keir Dullea|space, artificial intelligence, philosophical, meditative|English|United Kingdom
The Shining|1980|144|8.1|3700|Horror, Thriller|Stanley Kubrick|Jack Nicholson, Shelley Duvall|hotel, haunted house, insanity|English|United States
A Clockwork Orange|1971|136|8.0|3300|Science Fiction, Drama|Stanley Kubrick|Malcolm McDowell|dystopia, violence, gang|English|United Kingdom
Full Metal Jacket|1987|116|7.9|2500|Drama, War|Stanley Kubrick|Matthew Modine, Vincent D'Onofrio|vietnam war, soldier|English|United Kingdom
Inception|2010|148|8.1|13700|Action, Thriller, Science Fiction, Mystery|Christopher Nolan|Leonardo DiCaprio, Tom Hardy|dream, heist, virtual reality, mind bending|English|United States
Memento|2000|113|8.1|4000|Mystery, Thriller|Christopher Nolan|Guy Pearce|amnesia, nonlinear timeline, twist ending|English|United States
The Prestige|2006|130|8.0|4300|Drama, Mystery, Thriller|Christopher Nolan|Hugh Jackman, Christian Bale|magic, rivalry, twist ending|English|United States
The Dark Knight|2008|152|8.2|12000|Drama, Action, Crime, Thriller|Christopher Nolan|Christian Bale, Heath Ledger|dc comics, superhero, vigilante|English|United States
Interstellar|2014|169|8.1|10900|Adventure, Drama, Science Fiction|Christopher Nolan|Matthew McConaughey, Anne Hathaway|space travel, time travel, astronaut|English|United States
Jaws|1975|124|7.5|2500|Horror, Thriller, Adventure|Steven Spielberg|Roy Scheider, Richard Dreyfuss|shark, animal attack, beach|English|United States
E.T. the Extra-Terrestrial|1982|115|7.3|3300|Science Fiction, Adventure, Family|Steven Spielberg|Henry Thomas, Drew Barrymore|alien, friendship|English|United States
Jurassic Park|1993|127|7.6|4900|Adventure, Science Fiction|Steven Spielberg|Sam Neill, Laura Dern, Jeff Goldblum|dinosaur, island|English|United States
Schindler's List|1993|195|8.3|4300|Drama, History, War|Steven Spielberg|Liam Neeson, Ralph Fiennes|holocaust, nazis, based on true story|English|United States
Saving Private Ryan|1998|169|7.9|5000|Drama, History, War|Steven Spielberg|Tom Hanks, Matt Damon|world war ii, soldier, violence|English|United States
Catch Me If You Can|2002|141|7.7|3800|Drama, Crime|Steven Spielberg|Leonardo DiCaprio, Tom Hanks|con man, based on true story|English|United States
Raiders of the Lost Ark|1981|115|7.7|3900|Adventure, Action|Steven Spielberg|Harrison Ford, Karen Allen|archaeologist, nazis|English|United States
Star Wars: Episode IV - A New Hope|1977|121|8.1|6600|Adventure, Action, Science Fiction|George Lucas|Mark Hamill, Harrison Ford, Carrie Fisher|space opera, android, rebellion|English|United States
Star Wars: Episode V - The Empire Strikes Back|1980|124|8.2|5800|Adventure, Action, Science Fiction|Irvin Kershner|Mark Hamill, Harrison Ford, Carrie Fisher|space opera, rebellion|English|United States
Star Wars: Episode VI - Return of the Jedi|1983|135|7.9|4600|Adventure, Action, Science Fiction|Richard Marquand|Mark Hamill, Harrison Ford, Carrie Fisher|space opera, rebellion|English|United States
The Lord of the Rings: The Fellowship of the Ring|2001|178|8.0|8700|Adventure, Fantasy, Action|Peter Jackson|Elijah Wood, Ian McKellen|magic, epic, based on novel|English|New Zealand
The Lord of the Rings: The Two Towers|2002|179|8.0|7500|Adventure, Fantasy, Action|Peter Jackson|Elijah Wood, Ian McKellen|magic, epic, based on novel|English|New Zealand
The Lord of the Rings: The Return of the King|2003|201|8.1|8000|Adventure, Fantasy, Action|Peter Jackson|Elijah Wood, Ian McKellen|magic, epic, based on novel|English|New Zealand
Harry Potter and the Philosopher's Stone|2001|152|7.5|7000|Adventure, Fantasy, Family|Chris Columbus|Daniel Radcliffe, Emma Watson|magic, witch, boarding school|English|United Kingdom
Harry Potter and the Chamber of Secrets|2002|161|7.4|5800|Adventure, Fantasy, Family|Chris Columbus|Daniel Radcliffe, Emma Watson|magic, witch, boarding school|English|United Kingdom
Rocky|1976|119|7.5|1800|Drama|John G. Avildsen|Sylvester Stallone, Talia Shire|boxer, underdog, sport|English|United States
Rocky II|1979|119|6.9|1000|Drama|Sylvester Stallone|Sylvester Stallone, Talia Shire|boxer, sport|English|United States
Iron Man|2008|126|7.4|8700|Action, Science Fiction, Adventure|Jon Favreau|Robert Downey Jr., Gwyneth Paltrow|marvel comic, superhero|English|United States
The Avengers|2012|143|7.4|11700|Science Fiction, Action, Adventure|Joss Whedon|Robert Downey Jr., Chris Evans, Scarlett Johansson|marvel comic, superhero, alien invasion|English|United States
Avengers: Endgame|2019|181|8.3|11000|Action, Adventure, Science Fiction|Anthony Russo|Robert Downey Jr., Chris Evans|marvel comic, superhero, time travel|English|United States
Spider-Man|2002|121|6.8|5200|Fantasy, Action|Sam Raimi|Tobey Maguire, Kirsten Dunst|marvel comic, superhero|English|United States
Batman|1989|126|7.0|2000|Fantasy, Action|Tim Burton|Jack Nicholson, Michael Keaton|dc comics, superhero|English|United States
Superman|1978|143|6.9|1000|Action, Adventure, Fantasy|Richard Donner|Christopher Reeve, Gene Hackman|dc comics, superhero, alien|English|United States
It|2017|135|7.2|9000|Horror, Drama|Andy Muschietti|Bill Skarsgård|monster, based on novel, killer clown|English|United States
Her|2013|126|7.9|4000|Romance, Science Fiction, Drama|Spike Jonze|Joaquin Phoenix, Scarlett Johansson|artificial intelligence, loneliness|English|United States
Up|2009|96|7.7|6900|Animation, Comedy, Family, Adventure|Pete Docter|Ed Asner|pixar, age difference, balloon|English|United States
Big|1988|104|7.0|1100|Fantasy, Drama, Comedy, Romance|Penny Marshall|Tom Hanks, Elizabeth Perkins|wish, body swap|English|United States
Drive|2011|100|7.4|3700|Drama, Action, Thriller, Crime|Nicolas Winding Refn|Ryan Gosling, Carey Mulligan|heist, car chase, extreme violence|English|United States
Signs|2002|106|6.4|2200|Drama, Thriller, Science Fiction, Mystery|M. Night Shyamalan|Mel Gibson, Joaquin Phoenix|alien invasion, faith|English|United States
The Sixth Sense|1999|107|7.7|3100|Mystery, Thriller, Drama|M. Night Shyamalan|Bruce Willis, Haley Joel Osment|ghost, twist ending|English|United States
Home|2015|94|6.8|1500|Fantasy, Comedy, Animation, Science Fiction, Family|Tim Johnson|Jim Parsons|alien invasion|English|United States
Once|2007|85|7.4|600|Drama, Music, Romance|John Carney|Glen Hansard|musician, dublin|English|Ireland
Crash|2004|112|7.2|1100|Drama|Paul Haggis|Don Cheadle, Sandra Bullock|racism, los angeles|English|United States
Funny People|2009|146|5.9|500|Comedy, Drama|Judd Apatow|Adam Sandler, Seth Rogen|stand-up comedy|English|United States
Superbad|2007|113|7.2|3000|Comedy|Greg Mottola|Jonah Hill, Michael Cera, Seth Rogen|high school, teenager|English|United States
The Game|1997|129|7.4|1500|Drama, Thriller, Mystery|David Fincher|Michael Douglas, Sean Penn|twist ending, paranoia|English|United States
Fight Club|1999|139|8.3|9400|Drama|David Fincher|Brad Pitt, Edward Norton|violence, plot twist|English|United States
Se7en|1995|127|8.1|5800|Crime, Mystery, Thriller|David Fincher|Brad Pitt, Morgan Freeman|serial killer, detective, bleak|English|United States
Zodiac|2007|157|7.3|2000|Crime, Drama, Mystery, Thriller|David Fincher|Jake Gyllenhaal, Mark Ruffalo|serial killer, based on true story, journalist|English|United States
Get Out|2017|104|7.6|9000|Horror, Mystery, Thriller|Jordan Peele|Daniel Kaluuya, Allison Williams|racism, hypnosis|English|United States
Us|2019|116|7.0|5000|Horror, Thriller|Jordan Peele|Lupita Nyong'o|doppelgänger, home invasion|English|United States
Halloween|1978|91|7.4|1000|Horror, Thriller|John Carpenter|Jamie Lee Curtis, Donald Pleasence|slasher, halloween, psychopath|English|United States
The Thing|1982|109|7.8|1600|Horror, Mystery, Science Fiction|John Carpenter|Kurt Russell, Keith David|alien, monster, gore, isolation|English|United States
The Thing|2011|103|6.0|900|Horror, Science Fiction, Mystery|Matthijs van Heijningen Jr.|Mary Elizabeth Winstead|alien, monster|English|United States
Saw|2004|103|7.2|2200|Horror, Mystery, Crime|James Wan|Cary Elwes, Leigh Whannell|torture, gore, serial killer|English|United States
The Conjuring|2013|112|7.4|3100|Horror, Thriller|James Wan|Vera Farmiga, Patrick Wilson|haunted house, demonic possession, based on true story|English|United States
The Silence of the Lambs|1991|119|8.1|4400|Crime, Drama, Thriller|Jonathan Demme|Jodie Foster, Anthony Hopkins|serial killer, fbi, psychopath|English|United States
Psycho|1960|109|8.2|2300|Drama, Horror, Thriller|Alfred Hitchcock|Anthony Perkins, Janet Leigh|motel, psychopath, black and white|English|United States
Rear Window|1954|112|8.2|1500|Drama, Mystery, Thriller|Alfred Hitchcock|James Stewart, Grace Kelly|neighbor, photographer, suspense|English|United States
Vertigo|1958|128|8.0|1100|Mystery, Romance, Thriller|Alfred Hitchcock|James Stewart, Kim Novak|obsession, san francisco|English|United States
Casablanca|1942|102|7.9|1400|Drama, Romance|Michael Curtiz|Humphrey Bogart, Ingrid Bergman|world war ii, love triangle, black and white|English|United States
Citizen Kane|1941|119|8.0|1200|Mystery, Drama|Orson Welles|Orson Welles, Joseph Cotten|newspaper, black and white|English|United States
The Maltese Falcon|1941|100|7.6|300|Mystery, Crime, Thriller|John Huston|Humphrey Bogart, Mary Astor|film noir, private detective, black and white|English|United States
Some Like It Hot|1959|122|8.0|800|Comedy, Music, Romance|Billy Wilder|Marilyn Monroe, Tony Curtis, Jack Lemmon|musician, mafia, black and white|English|United States
Singin' in the Rain|1952|103|7.8|700|Comedy, Music, Romance|Stanley Donen|Gene Kelly, Debbie Reynolds|musical, hollywood|English|United States
Grease|1978|110|7.2|1600|Romance, Music|Randal Kleiser|John Travolta, Olivia Newton-John|musical, high school|English|United States
La La Land|2016|128|7.9|9000|Comedy, Drama, Romance, Music|Damien Chazelle|Ryan Gosling, Emma Stone|musical, jazz, los angeles|English|United States
Whiplash|2014|105|8.3|4200|Drama|Damien Chazelle|Miles Teller, J.K. Simmons|jazz, musician, obsession|English|United States
Les Misérables|2012|157|7.1|1700|Drama, History, Music|Tom Hooper|Hugh Jackman, Russell Crowe, Anne Hathaway|musical, revolution, based on novel|English|United Kingdom
Titanic|1997|194|7.5|7500|Drama, Romance|James Cameron|Leonardo DiCaprio, Kate Winslet|shipwreck, love, disaster|English|United States
The Terminator|1984|108|7.3|4100|Action, Thriller, Science Fiction|James Cameron|Arnold Schwarzenegger, Linda Hamilton|cyborg, time travel, dystopia|English|United States
Terminator 2: Judgment Day|1991|137|7.7|4200|Action, Thriller, Science Fiction|James Cameron|Arnold Schwarzenegger, Linda Hamilton|cyborg, time travel|English|United States
Avatar|2009|162|7.2|11800|Action, Adventure, Fantasy, Science Fiction|James Cameron|Sam Worthington, Zoe Saldana|alien, space, future|English|United States
Die Hard|1988|131|7.5|4000|Action, Thriller|John McTiernan|Bruce Willis, Alan Rickman|christmas, terrorist, hostage|English|United States
Home Alone|1990|103|7.1|2400|Comedy, Family|Chris Columbus|Macaulay Culkin, Joe Pesci|christmas, burglar, holiday|English|United States
Elf|2003|97|6.5|1400|Comedy, Family, Fantasy|Jon Favreau|Will Ferrell, Zooey Deschanel|christmas, santa claus|English|United States
Love Actually|2003|135|7.0|1800|Comedy, Romance, Drama|Richard Curtis|Hugh Grant, Colin Firth, Emma Thompson|christmas, love, ensemble cast|English|United Kingdom
Notting Hill|1999|124|7.0|1200|Romance, Comedy|Roger Michell|Hugh Grant, Julia Roberts|romantic comedy, london england|English|United Kingdom
When Harry Met Sally...|1989|96|7.3|900|Comedy, Romance, Drama|Rob Reiner|Billy Crystal, Meg Ryan|romantic comedy, friendship|English|United States
The Princess Bride|1987|98|7.6|1500|Adventure, Family, Fantasy, Comedy, Romance|Rob Reiner|Cary Elwes, Robin Wright|fairy tale, swordplay, true love|English|United States
Airplane!|1980|88|7.3|1000|Comedy|Jim Abrahams|Leslie Nielsen, Robert Hays|airplane, spoof, slapstick comedy|English|United States
The Big Lebowski|1998|117|7.8|3000|Comedy, Crime|Joel Coen|Jeff Bridges, John Goodman|marijuana, kidnapping, cult film|English|United States
Fargo|1996|98|7.7|2000|Crime, Drama, Thriller|Joel Coen|Frances McDormand, Steve Buscemi|kidnapping, police, dark comedy|English|United States
No Country for Old Men|2007|122|7.7|3000|Crime, Drama, Thriller|Joel Coen|Tommy Lee Jones, Javier Bardem|hitman, texas, bleak|English|United States
The Grand Budapest Hotel|2014|99|8.0|4500|Comedy, Drama|Wes Anderson|Ralph Fiennes, Tony Revolori|hotel, quirky, author|English|Germany
Groundhog Day|1993|101|7.4|2300|Romance, Fantasy, Drama, Comedy|Harold Ramis|Bill Murray, Andie MacDowell|time loop, romantic comedy|English|United States
Back to the Future|1985|116|8.0|6000|Adventure, Comedy, Science Fiction, Family|Robert Zemeckis|Michael J. Fox, Christopher Lloyd|time travel, high school, time machine|English|United States
Forrest Gump|1994|142|8.2|7900|Comedy, Drama, Romance|Robert Zemeckis|Tom Hanks, Robin Wright|vietnam war, love|English|United States
The Shawshank Redemption|1994|142|8.5|8200|Drama, Crime|Frank Darabont|Tim Robbins, Morgan Freeman|prison, prison escape, friendship|English|United States
The Green Mile|1999|189|8.2|4000|Fantasy, Drama, Crime|Frank Darabont|Tom Hanks, Michael Clarke Duncan|prison, death penalty, supernatural|English|United States
Toy Story|1995|81|7.7|5200|Animation, Comedy, Family|John Lasseter|Tom Hanks, Tim Allen|pixar, toy comes to life, friendship|English|United States
Finding Nemo|2003|100|7.6|6100|Animation, Family|Andrew Stanton|Albert Brooks, Ellen DeGeneres|pixar, ocean, fish|English|United States
WALL·E|2008|98|7.8|6200|Animation, Family|Andrew Stanton|Ben Burtt|pixar, robot, space, dystopia|English|United States
Frozen|2013|102|7.3|5300|Animation, Adventure, Family|Chris Buck|Kristen Bell, Idina Menzel|musical, princess, magic, disney|English|United States
The Lion King|1994|89|8.0|5300|Family, Animation, Drama|Roger Allers|Matthew Broderick, Jeremy Irons|disney, lion, animals|English|United States
Aladdin|1992|90|7.4|3400|Animation, Family, Comedy, Adventure, Fantasy, Romance|Ron Clements|Robin Williams, Scott Weinger|disney, magic, princess|English|United States
Aladdin|2019|128|7.1|3200|Adventure, Fantasy, Romance, Family|Guy Ritchie|Will Smith, Naomi Scott|disney, magic, musical|English|United States
Spirited Away|2001|125|8.3|3800|Fantasy, Adventure, Animation, Family|Hayao Miyazaki|Rumi Hiiragi|anime, witch, studio ghibli|Japanese|Japan
My Neighbor Totoro|1988|86|8.0|1700|Fantasy, Animation, Family|Hayao Miyazaki|Noriko Hidaka|anime, studio ghibli, countryside|Japanese|Japan
Seven Samurai|1954|207|8.2|900|Action, Drama|Akira Kurosawa|Toshiro Mifune, Takashi Shimura|samurai, japan, village, black and white|Japanese|Japan
Oldboy|2003|120|8.0|2000|Drama, Thriller, Mystery, Action|Park Chan-wook|Choi Min-sik|revenge, violence, twist ending|Korean|South Korea
Parasite|2019|132|8.5|8000|Comedy, Thriller, Drama|Bong Joon-ho|Song Kang-ho|social satire, family, dark comedy|Korean|South Korea
Amélie|2001|122|7.8|3300|Comedy, Romance|Jean-Pierre Jeunet|Audrey Tautou, Mathieu Kassovitz|paris, quirky, love|French|France
The Intouchables|2011|112|8.2|5300|Drama, Comedy|Olivier Nakache|François Cluzet, Omar Sy|friendship, based on true story, feel-good|French|France
La Haine|1995|98|8.1|900|Drama|Mathieu Kassovitz|Vincent Cassel|paris, police, black and white|French|France
Life Is Beautiful|1997|116|8.3|3500|Comedy, Drama|Roberto Benigni|Roberto Benigni, Nicoletta Braschi|holocaust, italy, father son relationship|Italian|Italy
Pan's Labyrinth|2006|118|7.6|3000|Fantasy, Drama, War|Guillermo del Toro|Ivana Baquero, Sergi López|fairy tale, spain, dark fantasy|Spanish|Mexico
Amadeus|1984|160|7.8|1100|History, Music, Drama|Miloš Forman|F. Murray Abraham, Tom Hulce|composer, biography, rivalry|English|United States
The Matrix|1999|136|7.9|8900|Action, Science Fiction|Lana Wachowski|Keanu Reeves, Laurence Fishburne|virtual reality, dystopia, artificial intelligence, martial arts|English|United States
John Wick|2014|101|7.0|4900|Action, Thriller|Chad Stahelski|Keanu Reeves, Willem Dafoe|hitman, revenge, dog, violence|English|United States
Mad Max: Fury Road|2015|120|7.2|9400|Action, Adventure, Science Fiction, Thriller|George Miller|Tom Hardy, Charlize Theron|post-apocalyptic, car chase, dystopia|English|Australia
Top Gun|1986|110|6.7|1700|Action, Romance, Drama|Tony Scott|Tom Cruise, Kelly McGillis|pilot, u.s. navy|English|United States
Mission: Impossible|1996|110|6.7|2600|Adventure, Action, Thriller|Brian De Palma|Tom Cruise, Jon Voight|spy, secret agent, cia|English|United States
Jerry Maguire|1996|139|6.7|1100|Comedy, Drama, Romance|Cameron Crowe|Tom Cruise, Renée Zellweger|american football, sport|English|United States
Casino Royale|2006|144|7.3|3900|Adventure, Action, Thriller|Martin Campbell|Daniel Craig, Eva Green|james bond, spy, poker|English|United Kingdom
Shaun of the Dead|2004|99|7.5|2500|Horror, Comedy|Edgar Wright|Simon Pegg, Nick Frost|zombie, gore, pub|English|United Kingdom
Zombieland|2009|88|7.2|3600|Comedy, Horror|Ruben Fleischer|Jesse Eisenberg, Woody Harrelson|zombie, road trip|English|United States
The Good, the Bad and the Ugly|1966|161|8.1|2300|Western|Sergio Leone|Clint Eastwood, Eli Wallach|gunslinger, civil war, bounty hunter|Italian|Italy
Unforgiven|1992|131|7.7|1100|Western|Clint Eastwood|Clint Eastwood, Gene Hackman, Morgan Freeman|gunslinger, revenge|English|United States
Man on Wire|2008|94|7.4|200|Documentary|James Marsh|Philippe Petit|new york, based on true story|English|United Kingdom
March of the Penguins|2005|80|6.9|300|Documentary, Family|Luc Jacquet|Morgan Freeman|penguin, antarctica, animals|French|France
Lost in Translation|2003|102|7.4|1900|Drama, Comedy|Sofia Coppola|Bill Murray, Scarlett Johansson|tokyo, loneliness, woman director, slow burn|English|United States
Eternal Sunshine of the Spotless Mind|2004|108|7.9|3600|Science Fiction, Drama, Romance|Michel Gondry|Jim Carrey, Kate Winslet|memory, surreal, love|English|United States
Being John Malkovich|1999|113|7.3|1000|Fantasy, Drama, Comedy|Spike Jonze|John Cusack, Cameron Diaz|surreal, puppet, weird|English|United States
The Truman Show|1998|103|7.8|4000|Comedy, Drama|Peter Weir|Jim Carrey, Laura Linney|satire, tv show, dystopia|English|United States
Napoleon Dynamite|2004|95|6.5|800|Comedy|Jared Hess|Jon Heder|high school, quirky, independent film|English|United States
"""

_ALIASES = {
    "Se7en": ("Seven",),
    "La Haine": ("Hate",),
    "Harry Potter and the Philosopher's Stone": ("Harry Potter and the Sorcerer's Stone",),
}


def _item(line: str) -> Item:
    title, year, minutes, rating, votes, *groups = line.split("|")
    kinds = ("genre", "director", "cast", "keyword", "language", "country")
    facets = {kind: tuple(group.split(", ")) for kind, group in zip(kinds, groups, strict=True)}
    plain = "".join(c if c.isalnum() else "-" for c in title.lower())
    return Item(
        f"{plain}-{year}",
        title,
        int(year),
        facets=facets,
        numbers={"runtime": float(minutes), "rating": float(rating), "popularity": float(votes)},
        aliases=_ALIASES.get(title, ()),
    )


@cache
def films() -> Catalogue:
    """About 150 real films with genres, people, keywords, language, country, length, rating and popularity."""
    return Catalogue(_item(line) for line in _FILMS.strip().splitlines())


def film(name: str) -> str:
    """The id of a film by its name as ``Item.name`` has it: ``film("Heat (1995)")``."""
    return next(item.id for item in films().items if item.name == name)
