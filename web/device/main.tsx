import { render } from 'preact'
import '../look/look.css'

const root = document.getElementById('app')
if (root !== null) render(<h1>This device</h1>, root)
