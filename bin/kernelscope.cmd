@echo off
setlocal
set "app=%~dp0.."
if exist "%app%\..\node.exe" (
  "%app%\..\node.exe" "%app%\out\main\cli.js" %*
) else (
  "%app%\node_modules\node\bin\node.exe" "%app%\src\cli\index.ts" %*
)
