package literal

// frequent are the most frequent sequences of four bytes, the most frequent first, as counted in the files of eight projects: C, Java,
// JavaScript, Python, Go, shell and their documentation.
const frequent = "" +
	"    \n   tion;\n  {\n   {\n );\n  the,\n  the )\n     }----port****\n\n   con  }\ning ) {\n}\n  ort turneturringretuatioion testmpor" +
	"siontrin to   re   rimpoonst>\n  \n * consonfinameurn nfig   c   idata }\n    <  coionsstri:\n  easeleas\nimpnst  ret  ifelea" +
	"ctio if odelexpe   epectxpecense expfile   pcensicenptio.get   sersistat strif (onte => rsiohttpmodeable forrele comconf" +
	"   tache in this\n\t\t\twith;\nim res and is tatiStricontaluevicefor mentcomm.com useLice> {\n thitype wit  ex\n  }rrornsta====" +
	"fromerviversand => {ect(rvic) => of tribtextServistrject   -asernputight &&\nequeheck;\n\n stanribuibutvalu note = atchrom " +
	"   a Lice\n     /ted cesscomplass */\nCURLcurlubliuestservques fil new  })ithuthubgithdist // ate latehis ',\n sert frotent" +
	"new s = () =anceding).to stander   *);\n\n));\n&&\n\tNameerve pro\n}\n\n();\nsserpachest_sageContConft =    \"strutrucructform nam" +
	"  //\n  cpublnten   dnot \n  i {\n\ttruee thgoreorele Littpshe Lder *\n *}\n\n org. dis'\n  selfhub.requr thsultent checrveresul" +
	"workbjecpathoken }\n\nspon tesespos://t coatictps:ps:/actipons or  setassease onse   \ncom/ile  org   fgit (\n  ware   'blic" +
	"clas \n  t re  \n voidcodeapacaramurl_ intons sizeessatwaroftwftwaTypeer t pubt\n  roup CURratinterceptalsetate ()    vssag" +
	"func mod\tif  valare {\n\t\tnse ting  prubboault OR faulientmple  </undeefau Str get chaitio datche.uct dulebutef th.toBdate" +
	"platresud totoBeess  cop.\n *toryinpu)\n\n  undtic int lic   - .apaest  defpackub.cb.coith  sel curscri  seed t erre);\nerro" +
	"mplaninginstempl  pu *\n oid args\t\t\t\t vertimentex\\\n   \\\n paralienacosdubbreadodulcatiputsn thof tuserelsetemp, 0xountunct" +
	" = nxcepaderListentsncti reqtanclist })\noBe(\"\n  loadoptiage cludrespefinctor  * copy assMode\": \"rt o,\n\t\t   m perendetoke" +
	"ange   wommimmitelf.ccesectiom 'nodendleinfomodufalsRequ ==    lrigh);\n\tlinet or\",\n icat voinclurentr = ult messchar/\n  " +
	"wait   @  --() {ion.pdat\tretleanressanne\n *\n elsect },\n ()\n rame.conopersign trug.aperatnal ame  impbbo./vue.\n  syncErro" +
	"uildode ormannelermi  st as : stble rg.assiowrit')\n therthen.dub sub= nexpornulldefahann;\n\t\tludetiveventinclCompompogrou" +
	" },\n)\n\t\te.due coiste', 'he.d(httion:on:  OF chanStatTION\");\nener   nethoemen parandlinitpertappe priproptainqual: {\nexpo" +
	"fineThe */\n  be basenent  },thodonenucceponeeadeRelelse e ishis.mponcaseutedit('rect  asing,ype ght s thtatuatusInfome: " +
	"  thtant  /*ertiropeChanter )) {Softinalreporeat finnacoame:t sthangndex/git = a  deTHE ://g####  itissie re   bepti && " +
	"defit inprinlder htt if(missivatOptilectnce obje\n\tif.setait out Inpus\n  argevatelicehrow gitutil()); on giste foroce   |" +
	"trea wordiv>cripriptransawai_modcted inse in typster\n  /enti\n\nimegishildocesDataouldplicInstmberlibaPropibabbabased rmat" +
	"singtilsroto  in shoall se, ngth it(engt relmeta youreament. ser   )');\neatense.](htheaderifimit] =  patquire Soion(ecte" +
	"he Ssucc//giuireommommon  # ng, arsecallutputputrivaopyrpyriyrighat  thacorependlocaggerjsonuse n\n  Excehe sprocpriv   o" +
	"remo thrVersourcurce awaompl\ttesumen nulher buil\t\treirecequis torite, co\n\n# e)\n fig. SofspecificoverWITH.ali  teatedprot" +
	"mainata  cheintethat = citeronald = asyn THE falrmis   #uld ergeupdawordEquallow metocalcos.licaindert ccom.atesperm]\n  " +
	"thro\tgitditiiona):\n turedef  run\t}\n\tfinad inositctivser    Aamescreaages_conTestame)ate(\n\t}\ne: 'e,\n None});\nposione alib" +
	"merg mayabelter.urrehandn =    u funing.   .ng t Con   {om.applim.allengigurfiguetad\", \"ence != File ref  } aba.failine " +
	";\n}\nons.e wimay .nacnvokset escr an vokeS ORtartmit Respect_n reARRA, ()boolnablurat app(conined arg CONrrena.na addback" +
	" = s by chilba.nrateion_})\n\n  fopacetric anyUtillimispacimplounditor opttadaadattyleontrhouleterfig mpliync peciURL_ tra" +
	"st cecto, an /*  The;\n\n\t keyice st\n itemwhen wheo th.utis an  | outpampl actest\nyou s:\n , rextenshou WARtoolnts.RANTt to" +
	"cliein tWARRRRANparsor a preis fsoft ANYto ttrantoco\nmsg\n  rifiehar e.\n vide Proveri', (tialion)Pathse i allConst thOUT " +
	"ropsHTTPForm== 'curr   Smethe toor t\nexpe anotoc*\n  } fr, inempt\n\tte   grgetjavaoggeocolhen  WITlemepress restreapplcope" +
	"})\n  asye {\nmageonlytch ou mt { \n\n/*_namtrac**\n del.ror(on tualsANY  IN    `ser.cleaTHERnd tecifired.clametet chies ing(" +
	"treel = ffer\n\t\tr are} elvm.$connstarget_evenstylit cametgurautioerr .0\n Time });rend a crt j jav\n\tgi])\n u maenamdent/**\n" +
	"coun)).ted iparerint  el/com_datt jad th * @he Adel_Clies noES OtConauthed b = tCurl.thein ared ed.\n sperrayils.ava.erna" +
	"<divf (!   hes: ooletern NonetReonne claherennecore invort { temCodemptydoneer =passn coreginc (olea\n  scach wrilangass " +
	"nitiore.ned ackanectObje</ditil.You  sofes = outckagultiarchng crain Curlue  objkage/divdire;\n\niers (thee) {r\n  als(_siz" +
	" = {\t\t\t openypesstenneracifisour\n\tres);\n canGoRertioapi.oRelChecomma\n */he f   Mche e;\n MetaGrourtif(vm.ar * boo hasrify" +
	"diffsubmide\nstorain ent(traid\n   sup = ( || rninst_cokerUserhe cd.\n s.cofactmandse a'gorlter = r';\niuppo } fon a\"gition," +
	"buti ===ses  inpespase tatas\n\n## loga coame,umbeallomman=== eed or sNodeertyerri Youpporodif  usrowsstepser-ParaClaste: " +
	"losee fitual *  verrrridvuejuejss or cas\t\tif(datletestalemots fihen(descelec_protallresontai  caor innoted oWAREncodants" +
	"etupSOFT, me sizentrfreeartise {oints/vuOFTWFTWATWARexted byate:eigh\t   om/vejs/_exp :=  = 0lock(restEqu/>\n s ofate_mon." +
	"d onompiata,st rt(vmrue) tagimagOPT_ = \"ridee\": ows bled  cujs/validvue/downlace.giteposes t rea 0x6atorest. lisext st s" +
	"ize = re replet t ison iertEembeles anag = petrion, lisheasy),\n  lib.$elctuacrib   Cs inct(vthoum/vu.modg cortEq messupp" +
	"stemixedlse\ne:\n blis SOF0000ribe\tstrnexted, ystetaseasetshowe stCTIOeCon inf GoRS ISSee  nilAS ITIESlabestraenteo.cois s" +
	"ame(ing_ANTI }}\nnageta,  cor(() alle= awnse,lt = dirfere IS\"foreNULL\t\t  NTIEuts.\ntes \"AS\"AS  lin gor incm.$existe\n *hout" +
	"ilesolortens merildefixe it poin  wi lim*   uffepletp://Be('ilteontaolloitho\n\nexre\n de\n n an (thTrueerencoloocatttp:actu" +
	"ractmespplacuses  legreetp:/sito(), noti  pa({\n .apiackeCopy_tok[\n  bo.ciledbmodd unattrate.ubmome,  letled (strtry  = '" +
	"kens } etorcing\n  namovee ofge,  Seeame=perstersnsesIES pperorchcondgetR VuemultS OFded   trent)loggget()\n{\n};\n\nitat.org" +
	"rgumgumeKINDuttottondresee tING he \"categeneecksto dser'spanroxy-proer, }\n}\nntryode. rento aITHOTHOUHOUTic vUT WT WAOF A" +
	"F AN KININD,er;\nng aath  coler()ND, exisrt sons/ed u  loingsusedutorOR Cmpilmingon ocheres o crematcaile exte ==R COrted" +
	"is dOTHEvalith: atte_lenstroABLEEvenhe rger. )\n se.\nn a  OTHencoOverAsseOR OR OTorg//gorondiToke upds a (sel whi}}\n tend" +
	"uotaean re iValut_su  en inv  */HER rencefere exactocketdaptThismitaansfxpreApacclosng ped aexceisheWith/   $el. Apay of" +
	"orte2.0\n//  aturhrea  daInvo excer',ticetor tProtargg = eforssorive   fia.ute ApArrast_eata.anchva.u&\n\tt - ntifaom topy " +
	"st voldeing)r ex: trle tagrey = ntri`\n   agrse ft_exin colleesso.assntroc vockedt usmodi reg }\n}e orndinldrebtaime =oute" +
	"_suc obtobtandef faiHE S  )\nendier e))\n E SOildrdrenc ()nferlinkficaainet);\n = fe>\n -veralizbrea, toectshe treakotic- na" +
	"lings di\n\ntet_cont =rovinditres ovidsitippenpile0\n  ifacdel moter', e, ached.lenesolhe a  vo onen {\n:   ory emov, seghtl" +
	"htly -> setuNY KY KI texangu timtcheh:\n  NULscop urly, mn isstr m = lenases: Ver_setndenilenexprl int(re matct_sist 0\n *" +
	"refi\nfun\t * TESTfini  @O @Ov@Ove_eass) {efix>\n</nts agerindiill prefranc.Conpera\n  tse\n  we ree rue\ner\n urnskingION d re" +
	"_typ 0;\nunit\n\t\til coasswwift = [solvave bo.rolvetNamr imion'inin_sta grolessMana= nu hannguaguaguageresee', o inamins.as" +
	"ns aer: e.geaddi(StrgetCice.vnod, sovertror l_ea= 0;ude ver &\n\tghashtabl calepeniginmax_e_reLOPTMock/*\n nly  buiosige())" +
	"URLOocke locIntematis)\n er.astrycan ithelse)\nsta(trun>\n eleteNamrl_e}\n\n/ num  va /**eactfter.valssueeithmockRLOPieldput " +
	"thinpy or.gecksuksum bastene remeachpushflowand\n />\nMethe\"); NOT],\n tHubaren varGitHitHu_comxampew Vshedompale: haveule " +
	"ddinariasswoswortiesries': 'oadens.a * tainibran\n\t\t}e.coopieDefa * Sder. eiteversockent-ode(trol lenext.url ers.m '.,\n\t\"" +
	"  chn inor: to is', \n\nfue atissuURLE_strvisi_path thcopi  Std>\n delshed \",\n\te sp-acteckockoukoutttered wn);\nannoTextthre" +
	"der(, moion>rsonure isionumbent_Tempe laion=rigiddreettiessid as* Thswif&\n\t\tersottrion = * a\n```pliesubs, th  onHttp * T" +
	"ngint;\n son: Compiesnt()\nconer oRLE_ng s\n// `jso* thnfo(nishrefsss onami Listh\n  lic imadlering> AC_\npac!= nitinhold = N" +
	"  ACotatmailrelatSermsgss\": is n"
