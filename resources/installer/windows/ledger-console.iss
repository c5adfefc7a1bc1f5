; Ledger Console for Windows, by Inno Setup 6.3 or later, from the folder that `make build` makes on Windows:
;   ISCC /DVersion=1.0.0 /DBundle=dist\ledger-console resources\installer\windows\ledger-console.iss
; For one user, without an administrator. Silent: Setup.exe /VERYSILENT /SUPPRESSMSGBOXES /NORESTART
; Setup run again upgrades in place. The uninstaller takes the program; data, settings and logs stay.
#ifndef Version
  #error Give the version: /DVersion=1.0.0, as pyproject.toml states it
#endif
#ifndef Bundle
  #define Bundle "..\..\..\dist\ledger-console"
#endif
#define Name "Ledger Console"

[Setup]
AppId={{6C0C8B0C-7C0B-4D0E-9D57-3B9E2F0E6A51}
AppName={#Name}
AppVersion={#Version}
AppPublisher=The Ledger Console authors
VersionInfoVersion={#Version}
DefaultDirName={localappdata}\Programs\{#Name}
DefaultGroupName={#Name}
DisableProgramGroupPage=yes
DisableDirPage=auto
PrivilegesRequired=lowest
ArchitecturesAllowed=x64compatible
ArchitecturesInstallIn64BitMode=x64compatible
MinVersion=10.0.17763
OutputDir=..\..\..\dist
OutputBaseFilename=ledger-console-{#Version}-windows-x64
SetupIconFile=..\..\..\build\icons\ledger-console.ico
UninstallDisplayIcon={app}\ledger-console.exe
LicenseFile=..\..\..\LICENSE
Compression=lzma2/ultra64
SolidCompression=yes
WizardStyle=modern
; A running console would keep its files open: Setup asks it to close, silently too, and starts it again.
CloseApplications=yes
RestartApplications=yes
ChangesEnvironment=yes
ChangesAssociations=yes

[Tasks]
Name: "path"; Description: "Let ledgerctl be found in terminals (changes your own PATH)"; Flags: unchecked
Name: "desktopicon"; Description: "Put a shortcut on the desktop"; Flags: unchecked

[InstallDelete]
; An upgrade in place: modules of the version before must not be found by the new one. Data are elsewhere.
Type: filesandordirs; Name: "{app}\_internal"

[Files]
Source: "{#Bundle}\ledger-console.exe"; DestDir: "{app}"; Flags: ignoreversion
Source: "{#Bundle}\ledgerctl.exe"; DestDir: "{app}"; Flags: ignoreversion
Source: "{#Bundle}\_internal\*"; DestDir: "{app}\_internal"; Flags: ignoreversion recursesubdirs createallsubdirs

[Icons]
Name: "{autoprograms}\{#Name}"; Filename: "{app}\ledger-console.exe"; AppUserModelID: "LedgerConsole"
Name: "{autodesktop}\{#Name}"; Filename: "{app}\ledger-console.exe"; Tasks: desktopicon

[Registry]
; For this user alone: "Open with" offers the console for CSV files, whose own program stays. Windows knows a file
; by what follows its last dot, so that *.batch.csv cannot have a program of its own there.
Root: HKCU; Subkey: "Software\Classes\LedgerConsole.Batch"; ValueType: string; ValueData: "Batch of ledger lines"; \
  Flags: uninsdeletekey
Root: HKCU; Subkey: "Software\Classes\LedgerConsole.Batch\DefaultIcon"; ValueType: string; \
  ValueData: "{app}\ledger-console.exe,0"
Root: HKCU; Subkey: "Software\Classes\LedgerConsole.Batch\shell\open\command"; ValueType: string; \
  ValueData: """{app}\ledger-console.exe"" ""%1"""
Root: HKCU; Subkey: "Software\Classes\.csv\OpenWithProgids"; ValueType: none; ValueName: "LedgerConsole.Batch"; \
  Flags: uninsdeletevalue
Root: HKCU; Subkey: "Environment"; ValueType: expandsz; ValueName: "Path"; ValueData: "{olddata};{app}"; \
  Tasks: path; Check: IsNotOnPath(ExpandConstant('{app}'))

[Run]
Filename: "{app}\ledger-console.exe"; Description: "Start {#Name}"; Flags: nowait postinstall skipifsilent

[Code]
function PathOfUser(): string;
begin
  if not RegQueryStringValue(HKCU, 'Environment', 'Path', Result) then
    Result := '';
end;

function IsNotOnPath(Folder: string): Boolean;
begin
  Result := Pos(';' + Uppercase(Folder) + ';', ';' + Uppercase(PathOfUser()) + ';') = 0;
end;

procedure CurUninstallStepChanged(Step: TUninstallStep);
var
  Before: string;
  Folder: string;
  Found: Integer;
begin
  if Step <> usPostUninstall then
    Exit;
  Folder := ExpandConstant('{app}');
  Before := ';' + PathOfUser() + ';';
  Found := Pos(';' + Uppercase(Folder) + ';', Uppercase(Before));
  if Found > 0 then
  begin
    Delete(Before, Found, Length(Folder) + 1);
    RegWriteExpandStringValue(HKCU, 'Environment', 'Path', Copy(Before, 2, Length(Before) - 2));
  end;
end;
